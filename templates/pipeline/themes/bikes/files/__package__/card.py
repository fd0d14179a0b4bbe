"""The model card: what the model is for, how good it is, and when not to use it."""

from typing import Any

TEMPLATE = """# Model card: bike demand, run {run}

**Use.** Says how many bikes will be rented in an hour, given a weather forecast,
so that the van brings enough. Not for a single station, and not for years ahead.

**Data.** {rows_in} raw rows (SHA-256 {data_sha256:.12}…), {rejected} rejected.
Trained on {train_rows} hours until {train_until}, measured on {test_rows} hours
from {test_from} to {test_until}, with {test_mean:.1f} rentals on average.

| | mean absolute error | bias | off by more than 20 bikes |
| --- | --- | --- | --- |
{table}

**Limits.** The data is synthetic. It was measured with the weather that came; a
forecast is wrong at times, and so will be the number of bikes. A concert, a
strike or a new cycle path is not in the data. When bikes were sold out, the
rentals are less than the demand.

Seed {seed}, {versions}.
"""

ROWS = {
    "model": "this model",
    "baseline_rule": "as in the last four weeks",
    "baseline_constant": "always the median",
}


def render(metrics: dict[str, Any]) -> str:
    """Write the card of one run from what was measured."""
    lines = []
    for name, title in ROWS.items():
        measured = metrics[name]
        error, bias = measured["mean_absolute_error"], measured["bias"]
        far = measured["off_by_more_than_20"]
        lines.append(f"| {title} | {error:.1f} bikes | {bias:+.1f} | {far:.1%} |")
    return TEMPLATE.format(**metrics, table="\n".join(lines))
