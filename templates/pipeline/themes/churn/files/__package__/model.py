"""The model, its rivals, and how both are measured."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from churn.schema import CATEGORICAL, FEATURES, NUMERIC, TARGET

Scores = npt.NDArray[np.float64]

SCORE_COLUMN: Final = "churn_probability"

# 4% cancel, so "nobody cancels" is 96% accurate. What counts is who is called first.
SCORE: Final = "average_precision"
HIGHER_IS_BETTER: Final = True
MARGIN: Final = 0.03
FEWEST_CANCELLATIONS: Final = 20


class NotMeasurableError(Exception):
    """There are too few answers to say how good a model is."""


def require_measurable(train: pd.Series, test: pd.Series) -> None:
    """Refuse to judge on a handful of cancellations: chance would decide."""
    for rows, where in ((train, "learn from"), (test, "measure on")):
        cancelled = int(rows.sum())
        if cancelled < FEWEST_CANCELLATIONS or cancelled == len(rows):
            raise NotMeasurableError(
                f"{cancelled} of {len(rows)} customers to {where} cancelled; "
                f"at least {FEWEST_CANCELLATIONS} must, and not all"
            )


def build_pipeline(seed: int) -> Pipeline:
    """Put imputing, scaling and encoding inside the model.

    They are then fitted on the training rows only, and the file that is saved
    does at prediction time exactly what it did in training.
    """
    numeric = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categorical = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="unknown"),
        OneHotEncoder(handle_unknown="ignore"),
    )
    prepare = ColumnTransformer(
        [("numeric", numeric, list(NUMERIC)), ("text", categorical, list(CATEGORICAL))]
    )
    model = LogisticRegression(max_iter=1000, random_state=seed)
    return Pipeline([("prepare", prepare), ("model", model)])


def features(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the model may see."""
    return rows[FEATURES]


def predict(pipeline: Pipeline, rows: pd.DataFrame) -> Scores:
    """Return the probability of churn for each row."""
    if rows.empty:
        return np.empty(0)
    scores: Scores = pipeline.predict_proba(features(rows))[:, 1]
    return scores


def rounded(scores: Scores) -> list[float]:
    """Round for the people and programs that read the scores."""
    return [round(float(score), 6) for score in scores]


def rule_of_thumb(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Score without machine learning: those who log in least leave first."""
    logins = test["logins_30d"].fillna(train["logins_30d"].median())
    return (1 / (1 + logins)).to_numpy(dtype=np.float64)


def always_the_same(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Give everybody the average risk."""
    return np.full(len(test), train[TARGET].mean())


def measure(truth: pd.Series, scores: Scores) -> dict[str, float]:
    """Measure ranking and calibration."""
    top = np.argsort(-scores, kind="stable")[: max(1, len(scores) // 10)]
    return {
        "average_precision": round(float(average_precision_score(truth, scores)), 4),
        "roc_auc": round(float(roc_auc_score(truth, scores)), 4),
        "brier": round(float(brier_score_loss(truth, scores)), 4),
        "precision_top_10pct": round(float(truth.to_numpy()[top].mean()), 4),
    }
