"""Heights of the tide between high and low water, by the rule of twelfths."""

TWELFTHS = (0, 1, 3, 6, 9, 11, 12)


def height(hour: int, low: float, high: float) -> float:
    """The height of a rising tide, `hour` hours after low water."""
    return low + (high - low) * TWELFTHS[hour] / 12
