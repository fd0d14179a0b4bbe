"""The mistakes that make a model look good in the report and lose money later."""

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss, roc_auc_score

from credit import store
from credit.model import build_pipeline, features, predict, rule_of_thumb
from credit.schema import (
    KEY,
    LABEL_SOURCE,
    NUMERIC_FEATURES,
    TARGET,
    TEST_PERIODS,
    TEXT_FEATURES,
)
from credit.training import split_by_time, train


def test_loans_whose_end_nobody_knew_are_left_out(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    decided = split.test["issued"].min()
    known_by_then = decided - pd.DateOffset(months=12)
    assert split.train["issued"].max() < known_by_then
    assert split.test["issued"].nunique() == TEST_PERIODS


def test_the_answer_and_the_keys_are_not_features() -> None:
    seen = {*NUMERIC_FEATURES, *TEXT_FEATURES}
    assert not seen & {TARGET, LABEL_SOURCE, *KEY}


def test_no_single_feature_gives_the_answer_away(rows: pd.DataFrame) -> None:
    for name in NUMERIC_FEATURES:
        known = rows[rows[name].notna()]
        auc = roc_auc_score(known[TARGET], known[name])
        assert max(auc, 1 - auc) < 0.9, name


def test_preparation_is_fitted_on_training_rows_only(rows: pd.DataFrame) -> None:
    result = train(rows, test_periods=TEST_PERIODS, seed=1)
    imputer = result.pipeline["prepare"].named_transformers_["numeric"][0]
    medians = split_by_time(rows, TEST_PERIODS).train[NUMERIC_FEATURES].median()
    np.testing.assert_allclose(imputer.statistics_, medians)


def test_the_rule_of_thumb_does_not_look_ahead(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    unknown = split.test.assign(**{TARGET: 1})
    np.testing.assert_array_equal(
        rule_of_thumb(split.train, split.test), rule_of_thumb(split.train, unknown)
    )


def test_the_future_cannot_change_the_model(rows: pd.DataFrame) -> None:
    last = split_by_time(rows, TEST_PERIODS).train["issued"].max()
    later = rows["issued"] > last  # the year of the gap, too
    changed = rows.assign(
        payment_share=rows["payment_share"].mask(later, 2.0),
        purpose=rows["purpose"].mask(later, "other"),
    )
    honest = train(rows, test_periods=TEST_PERIODS, seed=1)
    tampered = train(changed, test_periods=TEST_PERIODS, seed=1)
    assert store.to_bytes(honest.pipeline) == store.to_bytes(tampered.pipeline)
    assert honest.metrics["model"] != tampered.metrics["model"]


def test_shuffled_answers_cannot_be_learned(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    shuffled = split.train[TARGET].sample(frac=1, random_state=0).to_numpy()
    pipeline = build_pipeline(seed=1).fit(features(split.train), shuffled)
    ours = log_loss(split.test[TARGET], predict(pipeline, split.test))
    average = np.full(len(split.test), shuffled.mean())
    assert ours > log_loss(split.test[TARGET], average) - 0.005
