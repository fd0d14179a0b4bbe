"""The model card: what the model is for, how good it is, and when not to use it."""

from typing import Any

TEMPLATE = """# Model card: machine standstills, run {run}

**Use.** Ranks machines by the risk of standing still for an hour or more in the
next two weeks, so that the crew inspects the right tenth. Not for safety: a
machine at the end of the list may still hurt somebody.

**Data.** {rows_in} raw rows (SHA-256 {data_sha256:.12}…), {rejected} rejected.
Trained on {train_rows} readings until the week of {train_until}. Measured on
{test_rows} in the weeks of {test_from} to {test_until}, {test_mean:.1%} of them
before a standstill. The week in between was left out: its answers were not known.

| | standstills caught | inspections that find one | ROC AUC |
| --- | --- | --- | --- |
{table}

**Limits.** The data is synthetic. The model has seen three series in three
halls; for another one it goes by the sensors alone. Readings from a machine that
was serviced differently than today are history, not future.

Seed {seed}, {versions}.
"""

ROWS = {
    "model": "this model",
    "baseline_rule": "what shakes most is inspected first",
    "baseline_constant": "the crew takes them in order",
}


def render(metrics: dict[str, Any]) -> str:
    """Write the card of one run from what was measured."""
    lines = []
    for name, title in ROWS.items():
        measured = metrics[name]
        caught = measured["caught_by_inspection"]
        found = measured["inspections_that_find"]
        auc = measured["roc_auc"]
        lines.append(f"| {title} | {caught:.1%} | {found:.1%} | {auc:.3f} |")
    return TEMPLATE.format(**metrics, table="\n".join(lines))
