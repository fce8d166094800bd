"""Whether somebody may be put into a collection, by what they have said of it beforehand (FEP-7aa9).

That is what to expect, never consent itself: each collection is agreed to on its own.  Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from stoa.core.accounts.model import AccountView, Circle, FeaturePolicy, Standing


def policy_of(account: AccountView) -> FeaturePolicy | None:
    """Who may.  Of those who live here: everybody, if they want to be discovered; their followers, if
    they choose these.  None: another server that says nothing of it, so nobody.
    """
    if not account.local:
        return account.feature_policy
    if not account.discoverable:
        return FeaturePolicy()
    return FeaturePolicy(automatic=("followers",) if account.locked else ("public",))


def standing(policy: FeaturePolicy | None, *, follows: bool, followed: bool, own: bool = False) -> Standing:
    """What somebody is to expect who *follows* the account, or is *followed* by it; *own*: it is theirs."""
    if policy is None:
        return "automatic" if own else "missing"

    def among(circles: Sequence[Circle]) -> bool:
        return (
            "public" in circles
            or ("followers" in circles and (follows or own))
            or ("following" in circles and (followed or own))
        )

    if among(policy.automatic):
        return "automatic"
    if among(policy.manual):
        return "manual"
    return "unknown" if "unsupported_policy" in (*policy.automatic, *policy.manual) else "denied"


def of_a_stranger(policy: FeaturePolicy | None) -> Standing:
    """The same where it is not known how who asks stands to the account: "unknown" if that matters."""
    least = standing(policy, follows=False, followed=False)
    return least if least == standing(policy, follows=True, followed=True) else "unknown"
