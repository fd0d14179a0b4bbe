"""The model card: what the model is for, how good it is, and when not to use it."""

from typing import Any

TEMPLATE = """# Model card: subscription churn, run {run}

**Use.** Ranks subscribers by the chance that they cancel next month, so that
a person can call the first ones. Not for prices, and not for refusing service.

**Data.** {rows_in} raw rows (SHA-256 {data_sha256:.12}…), {rejected} rejected.
Trained on {train_rows} rows until {train_until:.7}, measured on {test_rows} rows
from {test_from:.7} to {test_until:.7}; {test_mean:.1%} of those cancelled.

| | average precision | ROC AUC | Brier | cancel among the first 10% |
| --- | --- | --- | --- | --- |
{table}

**Limits.** The data is synthetic. Months with a new plan or a price change
look like nothing that the model has seen. Missing values are filled with the
median of the training months. Retrain monthly and look at this table first.

Seed {seed}, {versions}.
"""

ROWS = {
    "model": "this model",
    "baseline_rule": "who logs in least leaves first",
    "baseline_constant": "everybody is average",
}


def render(metrics: dict[str, Any]) -> str:
    """Write the card of one run from what was measured."""
    lines = []
    for name, title in ROWS.items():
        measured = metrics[name]
        cells = [measured[key] for key in ("average_precision", "roc_auc", "brier")]
        numbers = " | ".join(f"{cell:.3f}" for cell in cells)
        lines.append(f"| {title} | {numbers} | {measured['precision_top_10pct']:.1%} |")
    return TEMPLATE.format(**metrics, table="\n".join(lines))
