"""The model, its rivals, and how both are measured."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from credit.schema import NUMERIC_FEATURES, TARGET, TEXT_FEATURES

Scores = npt.NDArray[np.float64]

SCORE_COLUMN: Final = "default_probability"

# A price is wrong by as much as its probability is. The log loss punishes being
# sure and wrong most: a loan thought safe that is not costs the whole sum.
SCORE: Final = "log_loss"
HIGHER_IS_BETTER: Final = False
MARGIN: Final = 0.006
FEWEST_OF_EACH: Final = 40

# The desk thinks in bands of interest rates.
RATE_BANDS: Final = [0, 6, 8, 10, 12, 30]


class NotMeasurableError(Exception):
    """There are too few answers to say how good a model is."""


def require_measurable(train: pd.Series, test: pd.Series) -> None:
    """Refuse to judge when nearly all loans ended in the same way."""
    for rows, where in ((train, "learn from"), (test, "measure on")):
        defaults = int(rows.sum())
        if min(defaults, len(rows) - defaults) < FEWEST_OF_EACH:
            raise NotMeasurableError(
                f"{defaults} of {len(rows)} loans to {where} defaulted; "
                f"{FEWEST_OF_EACH} of each kind are needed"
            )


def build_pipeline(seed: int) -> Pipeline:
    """Put imputing, scaling and encoding inside the model.

    They are then fitted on the training rows only, and the file that is saved
    does at prediction time exactly what it did in training.
    """
    numeric = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
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
    """Return the probability of a default for each loan."""
    if rows.empty:
        return np.empty(0)
    scores: Scores = pipeline.predict_proba(features(rows))[:, 1]
    return scores


def rounded(scores: Scores) -> list[float]:
    """Round for the people and programs that read the scores."""
    return [round(float(score), 6) for score in scores]


def rule_of_thumb(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Score without machine learning: as loans at that interest rate ended before."""
    average = train[TARGET].mean()
    bands = pd.cut(train["rate_pct"], RATE_BANDS, labels=False)
    share = train.groupby(bands)[TARGET].mean().clip(0.001, 0.999)
    expected = pd.cut(test["rate_pct"], RATE_BANDS, labels=False).map(share)
    return expected.fillna(average).to_numpy(dtype=np.float64)


def always_the_same(train: pd.DataFrame, test: pd.DataFrame) -> Scores:
    """Give every loan the average risk."""
    return np.full(len(test), train[TARGET].mean())


def measure(truth: pd.Series, scores: Scores) -> dict[str, float]:
    """Measure probabilities first, then ranking and the number of defaults."""
    return {
        "log_loss": round(float(log_loss(truth, scores)), 4),
        "roc_auc": round(float(roc_auc_score(truth, scores)), 4),
        "expected_defaults": round(float(scores.sum()), 1),
    }
