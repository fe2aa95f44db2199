"""The allergens that Japan has on labels (食品表示基準, as amended in 2026), beside those of the EU."""

from enum import StrEnum


class JapaneseAllergen(StrEnum):
    """Nine that must be declared (特定原材料), then twenty that should be (特定原材料に準ずるもの).

    Before 2026 cashew nuts were among those that should be declared, and pistachios were on neither list; for a time
    labels may still be so.
    """

    SHRIMP = "shrimp"
    CRAB = "crab"
    WALNUT = "walnut"
    WHEAT = "wheat"
    BUCKWHEAT = "buckwheat"
    EGG = "egg"
    MILK = "milk"
    PEANUT = "peanut"
    CASHEW = "cashew"

    ALMOND = "almond"
    ABALONE = "abalone"
    SQUID = "squid"
    SALMON_ROE = "salmon-roe"
    ORANGE = "orange"
    KIWI = "kiwi"
    BEEF = "beef"
    SESAME = "sesame"
    SALMON = "salmon"
    MACKEREL = "mackerel"
    SOY = "soy"
    CHICKEN = "chicken"
    BANANA = "banana"
    PISTACHIO = "pistachio"
    PORK = "pork"
    MACADAMIA = "macadamia"
    PEACH = "peach"
    YAM = "yam"
    APPLE = "apple"
    GELATIN = "gelatin"


MUST_BE_DECLARED = frozenset(list(JapaneseAllergen)[:9])
"""特定原材料; the others should be declared."""
