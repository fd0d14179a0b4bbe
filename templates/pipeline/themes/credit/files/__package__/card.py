"""The model card: what the model is for, how good it is, and when not to use it."""

from typing import Any

TEMPLATE = """# Model card: loan defaults, run {run}

**Use.** Says how likely a loan is to be in default one year after it was issued,
so that its price covers the risk. A person decides about the loan and gives the
reason; the law may ask for more than that.

**Data.** {rows_in} raw rows (SHA-256 {data_sha256:.12}…), {rejected} rejected.
Trained on {train_rows} loans issued until {train_until:.7}. Measured on {test_rows}
issued from {test_from:.7} to {test_until:.7}, {test_mean:.1%} of which defaulted.
The year in between was left out: nobody knew yet how those loans would end.

| | log loss (lower is better) | ROC AUC | defaults expected |
| --- | --- | --- | --- |
{table}

**Limits.** The data is synthetic. It holds loans that were granted; about those
that were refused nobody knows anything. A crisis is not in it. Age, sex and
address are not in it on purpose, but what is in it may stand for them.

Seed {seed}, {versions}.
"""

ROWS = {
    "model": "this model",
    "baseline_rule": "as loans at that rate ended before",
    "baseline_constant": "every loan is average",
}


def render(metrics: dict[str, Any]) -> str:
    """Write the card of one run from what was measured."""
    lines = []
    for name, title in ROWS.items():
        measured = metrics[name]
        loss, auc = measured["log_loss"], measured["roc_auc"]
        expected = measured["expected_defaults"]
        lines.append(f"| {title} | {loss:.4f} | {auc:.3f} | {expected:.0f} |")
    return TEMPLATE.format(**metrics, table="\n".join(lines))
