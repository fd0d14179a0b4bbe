"""The mistakes that make a model look good in the office and fail in the hall."""

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from machines import store
from machines.model import build_pipeline, features, predict
from machines.schema import (
    FEATURES,
    GAP_PERIODS,
    KEY,
    LABEL_SOURCE,
    NUMERIC,
    TARGET,
    TEST_PERIODS,
)
from machines.training import split_by_time, train


def test_a_week_whose_answers_are_not_known_yet_is_left_out(
    rows: pd.DataFrame,
) -> None:
    split = split_by_time(rows, TEST_PERIODS)
    gap = split.test["week_of"].min() - split.train["week_of"].max()
    assert gap == pd.Timedelta(weeks=1 + GAP_PERIODS)
    assert split.test["week_of"].nunique() == TEST_PERIODS


def test_the_answer_and_the_keys_are_not_features() -> None:
    assert not set(FEATURES) & {TARGET, LABEL_SOURCE, *KEY}


def test_no_single_sensor_gives_the_answer_away(rows: pd.DataFrame) -> None:
    for name in NUMERIC:
        known = rows[rows[name].notna()]
        auc = roc_auc_score(known[TARGET], known[name])
        assert max(auc, 1 - auc) < 0.95, name


def test_preparation_is_fitted_on_training_rows_only(rows: pd.DataFrame) -> None:
    result = train(rows, test_periods=TEST_PERIODS, seed=1)
    imputer = result.pipeline["prepare"].named_transformers_["numeric"]
    medians = split_by_time(rows, TEST_PERIODS).train[list(NUMERIC)].median()
    np.testing.assert_allclose(imputer.statistics_, medians)


def test_the_future_cannot_change_the_model(rows: pd.DataFrame) -> None:
    first = split_by_time(rows, TEST_PERIODS).train["week_of"].max()
    later = rows["week_of"] > first  # the gap, too
    changed = rows.assign(
        vibration_mm_s=rows["vibration_mm_s"].mask(later, 50.0),
        series=rows["series"].mask(later, "qr5"),
    )
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


def test_another_seed_grows_another_forest(rows: pd.DataFrame) -> None:
    files = {
        store.to_bytes(train(rows, test_periods=TEST_PERIODS, seed=seed).pipeline)
        for seed in (1, 1, 2)
    }
    assert len(files) == 2
