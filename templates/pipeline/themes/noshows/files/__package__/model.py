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

from noshows.schema import NUMERIC_FEATURES, TARGET, TEXT_FEATURES

Scores = npt.NDArray[np.float64]

SCORE_COLUMN: Final = "no_show_probability"

# A session is overbooked by the sum of its probabilities, so they must be honest.
# The Brier score is the mean squared distance to what happened: lower is better.
SCORE: Final = "brier"
HIGHER_IS_BETTER: Final = False
MARGIN: Final = 0.004
FEWEST_OF_EACH: Final = 50

# In the rule of thumb, the clinic's average counts as much as this many visits.
AVERAGE_WEIGHS_VISITS: Final = 5


class NotMeasurableError(Exception):
    """There are too few answers to say how good a model is."""


def require_measurable(train: pd.Series, test: pd.Series) -> None:
    """Refuse to judge when nearly everybody came, or nearly nobody."""
    for rows, where in ((train, "learn from"), (test, "measure on")):
        missed = int(rows.sum())
        if min(missed, len(rows) - missed) < FEWEST_OF_EACH:
            raise NotMeasurableError(
                f"{missed} of {len(rows)} appointments to {where} were missed; "
                f"{FEWEST_OF_EACH} of each kind are needed"
            )


def build_pipeline(seed: int) -> Pipeline:
    """Put imputing, scaling and encoding inside the model.

    They are then fitted on the training rows only, and the file that is saved
    does at prediction time exactly what it did in training.
    """
    numeric = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
    )
    text = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="unknown"),
        OneHotEncoder(handle_unknown="ignore"),
    )
    prepare = ColumnTransformer(
        [("numeric", numeric, NUMERIC_FEATURES), ("text", text, TEXT_FEATURES)]
    )
    model = LogisticRegression(max_iter=1000, random_state=seed)
    return Pipeline([("prepare", prepare), ("model", model)])


def features(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the model may see."""
    return rows[[*NUMERIC_FEATURES, *TEXT_FEATURES]]


def predict(pipeline: Pipeline, rows: pd.DataFrame) -> Scores:
    """Return the probability that the patient does not come."""
    if rows.empty:
        return np.empty(0)
    scores: Scores = pipeline.predict_proba(features(rows))[:, 1]
    return scores


def rounded(scores: Scores) -> list[float]:
    """Round for the people and programs that read the scores."""
    return [round(float(score), 6) for score in scores]


def rule_of_thumb(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Score without machine learning: who missed before will miss again."""
    average = train[TARGET].mean()
    missed = test["earlier_no_shows"].fillna(0) + AVERAGE_WEIGHS_VISITS * average
    visits = test["earlier_visits"].fillna(0) + AVERAGE_WEIGHS_VISITS
    return (missed / visits).to_numpy(dtype=np.float64)


def always_the_same(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Give everybody the clinic's average."""
    return np.full(len(test), train[TARGET].mean())


def measure(truth: pd.Series, scores: Scores) -> dict[str, float]:
    """Measure honesty first, then ranking."""
    return {
        "brier": round(float(brier_score_loss(truth, scores)), 4),
        "expected_share": round(float(scores.mean()), 4),
        "roc_auc": round(float(roc_auc_score(truth, scores)), 4),
        "average_precision": round(float(average_precision_score(truth, scores)), 4),
    }
