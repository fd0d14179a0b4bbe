"""The mistakes that make a model look good on paper and fail at the desk."""

import numpy as np
import pandas as pd
from sklearn.metrics import brier_score_loss

from noshows import store
from noshows.model import build_pipeline, features, predict
from noshows.schema import (
    KEY,
    LABEL_SOURCE,
    NUMERIC_FEATURES,
    TARGET,
    TEST_PERIODS,
    TEXT_FEATURES,
)
from noshows.training import split_by_time, train


def test_training_ends_before_measuring_begins(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    assert split.train["appointment_on"].max() < split.test["appointment_on"].min()
    assert split.test["week"].nunique() == TEST_PERIODS


def test_the_answer_and_the_keys_are_not_features() -> None:
    seen = {*NUMERIC_FEATURES, *TEXT_FEATURES}
    assert not seen & {TARGET, LABEL_SOURCE, *KEY}


def test_no_weekday_or_department_gives_the_answer_away(rows: pd.DataFrame) -> None:
    for name in TEXT_FEATURES:
        shares = rows.groupby(name)[TARGET].mean()
        assert shares.between(0.02, 0.8).all(), name


def test_preparation_is_fitted_on_training_rows_only(rows: pd.DataFrame) -> None:
    result = train(rows, test_periods=TEST_PERIODS, seed=1)
    imputer = result.pipeline["prepare"].named_transformers_["numeric"][0]
    medians = split_by_time(rows, TEST_PERIODS).train[NUMERIC_FEATURES].median()
    np.testing.assert_allclose(imputer.statistics_, medians)


def test_the_future_cannot_change_the_model(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    future = split.test.assign(age=100.0, wait=5.0, department="skin")
    changed = pd.concat([split.train, future])
    honest = train(rows, test_periods=TEST_PERIODS, seed=1)
    tampered = train(changed, test_periods=TEST_PERIODS, seed=1)
    assert store.to_bytes(honest.pipeline) == store.to_bytes(tampered.pipeline)
    assert honest.metrics["model"] != tampered.metrics["model"]


def test_shuffled_answers_cannot_be_learned(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    shuffled = split.train[TARGET].sample(frac=1, random_state=0).to_numpy()
    pipeline = build_pipeline(seed=1).fit(features(split.train), shuffled)
    ours = brier_score_loss(split.test[TARGET], predict(pipeline, split.test))
    average = np.full(len(split.test), shuffled.mean())
    assert ours > brier_score_loss(split.test[TARGET], average) - 0.002
