"""The mistakes that make a forecast look good in June and fail in November."""

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error

from bikes import store
from bikes.model import build_pipeline, features, predict, rule_of_thumb
from bikes.schema import (
    KEY,
    LABEL_SOURCE,
    NUMERIC_FEATURES,
    TARGET,
    TEST_PERIODS,
    TEXT_FEATURES,
)
from bikes.training import split_by_time, train


def test_training_ends_before_measuring_begins(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    assert split.train["day"].max() < split.test["day"].min()
    assert split.test["day"].nunique() == TEST_PERIODS
    assert len(split.train) + len(split.test) == len(rows)


def test_the_answer_and_the_keys_are_not_features() -> None:
    seen = {*NUMERIC_FEATURES, *TEXT_FEATURES}
    assert not seen & {TARGET, LABEL_SOURCE, *KEY}


def test_no_weather_gives_the_answer_away(rows: pd.DataFrame) -> None:
    for name in NUMERIC_FEATURES:
        assert abs(rows[name].corr(rows[TARGET])) < 0.9, name


def test_preparation_is_fitted_on_training_rows_only(rows: pd.DataFrame) -> None:
    result = train(rows, test_periods=TEST_PERIODS, seed=1)
    imputer = result.pipeline["prepare"].named_transformers_["numeric"][0]
    medians = split_by_time(rows, TEST_PERIODS).train[NUMERIC_FEATURES].median()
    np.testing.assert_allclose(imputer.statistics_, medians)


def test_the_rule_of_thumb_does_not_look_ahead(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    unknown = split.test.assign(**{TARGET: 0.0})
    np.testing.assert_array_equal(
        rule_of_thumb(split.train, split.test), rule_of_thumb(split.train, unknown)
    )


def test_the_future_cannot_change_the_model(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    future = split.test.assign(temperature_c=40.0, rain=3.0, weekday="sunday")
    changed = pd.concat([split.train, future])
    honest = train(rows, test_periods=TEST_PERIODS, seed=1)
    tampered = train(changed, test_periods=TEST_PERIODS, seed=1)
    assert store.to_bytes(honest.pipeline) == store.to_bytes(tampered.pipeline)
    assert honest.metrics["model"] != tampered.metrics["model"]


def test_shuffled_answers_cannot_be_learned(rows: pd.DataFrame) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    shuffled = split.train[TARGET].sample(frac=1, random_state=0).to_numpy()
    pipeline = build_pipeline(seed=1).fit(features(split.train), shuffled)
    ours = mean_absolute_error(split.test[TARGET], predict(pipeline, split.test))
    average = np.full(len(split.test), shuffled.mean())
    assert ours > 0.95 * mean_absolute_error(split.test[TARGET], average)
