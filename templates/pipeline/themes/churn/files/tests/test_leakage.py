"""The mistakes that make a model look good in a notebook and fail in March."""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from churn import store
from churn.model import build_pipeline, features, predict
from churn.schema import FEATURES, KEY, LABEL_SOURCE, NUMERIC, TARGET, TEST_PERIODS
from churn.training import split_by_time, train


def test_training_ends_before_measuring_begins(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    assert split.train["snapshot_month"].max() < split.test["snapshot_month"].min()
    assert split.test["snapshot_month"].nunique() == TEST_PERIODS
    assert len(split.train) + len(split.test) == len(rows)


def test_the_answer_and_the_keys_are_not_features() -> None:
    assert not set(FEATURES) & {TARGET, LABEL_SOURCE, *KEY}


def test_no_single_feature_gives_the_answer_away(rows: pd.DataFrame) -> None:
    for name in NUMERIC:
        known = rows[rows[name].notna()]
        auc = roc_auc_score(known[TARGET], known[name])
        assert max(auc, 1 - auc) < 0.95, name


def test_preparation_is_fitted_on_training_rows_only(rows: pd.DataFrame) -> None:
    result = train(rows, test_periods=TEST_PERIODS, seed=1)
    imputer = result.pipeline["prepare"].named_transformers_["numeric"][0]
    medians = split_by_time(rows, TEST_PERIODS).train[list(NUMERIC)].median()
    np.testing.assert_allclose(imputer.statistics_, medians)


def test_the_future_cannot_change_the_model(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    future = split.test.assign(monthly_fee=500.0, logins_30d=0.0, plan="family")
    changed = pd.concat([split.train, future])
    honest = train(rows, test_periods=TEST_PERIODS, seed=1)
    tampered = train(changed, test_periods=TEST_PERIODS, seed=1)
    assert store.to_bytes(honest.pipeline) == store.to_bytes(tampered.pipeline)
    assert honest.metrics["model"] != tampered.metrics["model"]


def test_shuffled_answers_cannot_be_learned(rows: pd.DataFrame) -> None:
    shuffled = rows[TARGET].sample(frac=1, random_state=0).to_numpy()
    split = split_by_time(rows.assign(**{TARGET: shuffled}), TEST_PERIODS)
    pipeline = build_pipeline(seed=1).fit(features(split.train), split.train[TARGET])
    auc = roc_auc_score(split.test[TARGET], predict(pipeline, split.test))
    assert 0.35 < auc < 0.65
