"""The model, its rivals, and how both are measured."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from machines.schema import CATEGORICAL, FEATURES, NUMERIC, TARGET

Scores = npt.NDArray[np.float64]

SCORE_COLUMN: Final = "standstill_risk"

# The crew can inspect one machine in ten. What counts is how many of the coming
# standstills are among those.
INSPECTED: Final = 0.10
SCORE: Final = "caught_by_inspection"
HIGHER_IS_BETTER: Final = True
MARGIN: Final = 0.10
FEWEST_STANDSTILLS: Final = 30


class NotMeasurableError(Exception):
    """There are too few answers to say how good a model is."""


def require_measurable(train: pd.Series, test: pd.Series) -> None:
    """Refuse to judge on a handful of standstills: chance would decide."""
    for rows, where in ((train, "learn from"), (test, "measure on")):
        stood = int(rows.sum())
        if stood < FEWEST_STANDSTILLS or stood == len(rows):
            raise NotMeasurableError(
                f"{stood} standstills in {len(rows)} readings to {where}; "
                f"at least {FEWEST_STANDSTILLS} are needed"
            )


def build_pipeline(seed: int) -> Pipeline:
    """Put imputing and encoding inside the model.

    They are then fitted on the training rows only, and the file that is saved
    does at prediction time exactly what it did in training. Trees compare, so
    nothing has to be scaled.
    """
    text = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="unknown"),
        OneHotEncoder(handle_unknown="ignore"),
    )
    prepare = ColumnTransformer(
        [
            ("numeric", SimpleImputer(strategy="median"), list(NUMERIC)),
            ("text", text, list(CATEGORICAL)),
        ]
    )
    model = RandomForestClassifier(
        n_estimators=40, max_depth=6, min_samples_leaf=15, random_state=seed
    )
    return Pipeline([("prepare", prepare), ("model", model)])


def features(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the model may see."""
    return rows[FEATURES]


def predict(pipeline: Pipeline, rows: pd.DataFrame) -> Scores:
    """Return the risk of a standstill for each reading."""
    if rows.empty:
        return np.empty(0)
    scores: Scores = pipeline.predict_proba(features(rows))[:, 1]
    return scores


def rounded(scores: Scores) -> list[float]:
    """Round for the people and programs that read the scores."""
    return [round(float(score), 6) for score in scores]


def rule_of_thumb(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Score without machine learning: what shakes most is inspected first."""
    vibration = test["vibration_mm_s"].fillna(train["vibration_mm_s"].median())
    return vibration.to_numpy(dtype=np.float64)


def always_the_same(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Give every machine the average risk: the crew takes them in order."""
    return np.full(len(test), train[TARGET].mean())


def measure(truth: pd.Series, scores: Scores) -> dict[str, float]:
    """Measure what an inspection of the riskiest machines catches."""
    first = np.argsort(-scores, kind="stable")[: max(1, int(len(scores) * INSPECTED))]
    stood = truth.to_numpy()
    return {
        "caught_by_inspection": round(float(stood[first].sum() / stood.sum()), 4),
        "inspections_that_find": round(float(stood[first].mean()), 4),
        "average_precision": round(float(average_precision_score(truth, scores)), 4),
        "roc_auc": round(float(roc_auc_score(truth, scores)), 4),
    }
