"""The model card: what the model is for, how good it is, and when not to use it."""

from typing import Any

TEMPLATE = """# Model card: clinic no-shows, run {run}

**Use.** Says how likely a patient is to miss an appointment. The sum over a
session tells how many patients to book on top. Not for refusing appointments:
those who miss often may be those who need them most.

**Data.** {rows_in} raw rows (SHA-256 {data_sha256:.12}…), {rejected} rejected.
Trained on {train_rows} appointments until the week of {train_until}, measured on
{test_rows} in the weeks of {test_from} to {test_until}; {test_mean:.1%} were missed.

| | Brier score (lower is better) | expected to be missed | ROC AUC |
| --- | --- | --- | --- |
{table}

**Limits.** The data is synthetic. A patient's first visits say little about
them, and the model knows no public holidays and no snow. The rows of a
department that opens are scored as those of an unknown one.

Seed {seed}, {versions}.
"""

ROWS = {
    "model": "this model",
    "baseline_rule": "who missed before misses again",
    "baseline_constant": "everybody is average",
}


def render(metrics: dict[str, Any]) -> str:
    """Write the card of one run from what was measured."""
    lines = []
    for name, title in ROWS.items():
        measured = metrics[name]
        share, auc = measured["expected_share"], measured["roc_auc"]
        lines.append(f"| {title} | {measured['brier']:.4f} | {share:.1%} | {auc:.3f} |")
    return TEMPLATE.format(**metrics, table="\n".join(lines))
