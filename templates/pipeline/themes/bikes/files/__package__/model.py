"""The model, its rivals, and how both are measured."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from bikes.schema import NUMERIC_FEATURES, TARGET, TEXT_FEATURES

Scores = npt.NDArray[np.float64]

SCORE_COLUMN: Final = "expected_rentals"

# The van carries bikes, so a mistake is counted in bikes: lower is better.
SCORE: Final = "mean_absolute_error"
HIGHER_IS_BETTER: Final = False
MARGIN: Final = 1.0
FEWEST_HOURS: Final = 24 * 7

# The rule of thumb looks back this far.
RECENT: Final = pd.Timedelta(days=28)


class NotMeasurableError(Exception):
    """There are too few answers to say how good a model is."""


def require_measurable(train: pd.Series, test: pd.Series) -> None:
    """Refuse to judge on less than a week, or when nothing ever changes."""
    for rows, where in ((train, "learn from"), (test, "measure on")):
        if len(rows) < FEWEST_HOURS or rows.min() == rows.max():
            raise NotMeasurableError(
                f"{len(rows)} hours to {where}, with {rows.min():.0f} to "
                f"{rows.max():.0f} rentals; {FEWEST_HOURS} that differ are needed"
            )


def build_pipeline(seed: int) -> Pipeline:  # noqa: ARG001  nothing here is random
    """Put imputing, scaling and encoding inside the model.

    They are then fitted on the training rows only, and the file that is saved
    does at prediction time exactly what it did in training.
    """
    numeric = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    text = OneHotEncoder(handle_unknown="ignore")
    prepare = ColumnTransformer(
        [("numeric", numeric, NUMERIC_FEATURES), ("text", text, TEXT_FEATURES)]
    )
    # Rain does not take ten bikes away, it takes a fifth of them away: effects
    # multiply, and counts cannot fall below zero.
    model = PoissonRegressor(alpha=1e-4, max_iter=500)
    return Pipeline([("prepare", prepare), ("model", model)])


def features(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the model may see."""
    return rows[[*NUMERIC_FEATURES, *TEXT_FEATURES]]


def predict(pipeline: Pipeline, rows: pd.DataFrame) -> Scores:
    """Return the expected number of rentals for each hour."""
    if rows.empty:
        return np.empty(0)
    scores: Scores = pipeline.predict(features(rows))
    return scores


def rounded(scores: Scores) -> list[float]:
    """Round for the people and programs that read the scores."""
    return [round(float(score), 2) for score in scores]


def rule_of_thumb(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Score without machine learning: as in the last weeks, at the same hour."""
    recent = train[train["day"] > train["day"].max() - RECENT]
    usual = recent.groupby("hour_of_day_kind")[TARGET].mean()
    expected = test["hour_of_day_kind"].map(usual).fillna(recent[TARGET].mean())
    return expected.to_numpy(dtype=np.float64)


def always_the_same(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Expect the median of all hours, the best guess that never changes."""
    return np.full(len(test), train[TARGET].median())


def measure(truth: pd.Series, scores: Scores) -> dict[str, float]:
    """Measure mistakes in bikes, and whether they add up to too few or too many."""
    miss = scores - truth.to_numpy()
    return {
        "mean_absolute_error": round(float(mean_absolute_error(truth, scores)), 3),
        "bias": round(float(miss.mean()), 3),
        "off_by_more_than_20": round(float((np.abs(miss) > 20).mean()), 4),  # noqa: PLR2004
        "r2": round(float(r2_score(truth, scores)), 4),
    }
