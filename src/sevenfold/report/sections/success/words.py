"""How evenly the classes are filled."""

from sevenfold.report.terms import Terms
from sevenfold.steps.success import Success


def balance(success: Success, terms: Terms) -> str:
    """What the shares of the classes mean for accuracy, after a `Here`."""
    noun, of = terms.class_noun, f"% of the development {terms.images}"
    low, high = (f"{100 * share:.1f}" for share in (success.smallest_share, success.largest_share))
    if low == high:
        return f"every {noun} makes up {low}\u00a0{of}, so none can dominate accuracy"
    suffices = success.accuracy_suffices
    verdict = (
        f"so no {noun} can dominate accuracy" if suffices else "so accuracy alone would favour it"
    )
    return (
        f"the most frequent {noun} is {success.imbalance_ratio:.2f} times as frequent as the"
        f" rarest, {'within' if suffices else 'beyond'} the {success.balanced_ratio:.2f} that"
        f" counts as balanced, {verdict}; each {noun} makes up between {low} and {high}\u00a0{of}"
    )
