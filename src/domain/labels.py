"""What allergens, nutrients and ingredients are called in English and in Japanese.

Allergens are called what the two laws call them (Regulation (EU) 1169/2011, Annex II; 食品表示基準, 別表第十四),
nutrients what 日本食品標準成分表 calls them. No kept library has these words: Unicode's CLDR has no food.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from domain.ingredient import Allergen, Ingredient
from domain.japanese_allergens import JapaneseAllergen
from domain.nutrient import Nutrient

_JAPANESE = re.compile("[぀-ヿ㐀-鿿]")


class Label(NamedTuple):
    """A name in two languages; None where it has none."""

    en: str | None
    ja: str | None


EU_ALLERGENS: Mapping[Allergen, Label] = {
    Allergen.GLUTEN: Label("cereals containing gluten", "グルテンを含む穀物"),
    Allergen.CRUSTACEANS: Label("crustaceans", "甲殻類"),
    Allergen.EGG: Label("eggs", "卵"),
    Allergen.FISH: Label("fish", "魚"),
    Allergen.PEANUTS: Label("peanuts", "落花生"),
    Allergen.SOY: Label("soybeans", "大豆"),
    Allergen.MILK: Label("milk", "乳"),
    Allergen.NUTS: Label("nuts", "木の実類"),
    Allergen.CELERY: Label("celery", "セロリ"),
    Allergen.MUSTARD: Label("mustard", "マスタード"),
    Allergen.SESAME: Label("sesame seeds", "ごま"),
    Allergen.SULPHITES: Label("sulphur dioxide and sulphites", "亜硫酸塩"),
    Allergen.LUPIN: Label("lupin", "ルピナス"),
    Allergen.MOLLUSCS: Label("molluscs", "軟体動物"),
}
JAPANESE_ALLERGENS: Mapping[JapaneseAllergen, Label] = {
    JapaneseAllergen.SHRIMP: Label("shrimp", "えび"),
    JapaneseAllergen.CRAB: Label("crab", "かに"),
    JapaneseAllergen.WALNUT: Label("walnut", "くるみ"),
    JapaneseAllergen.WHEAT: Label("wheat", "小麦"),
    JapaneseAllergen.BUCKWHEAT: Label("buckwheat", "そば"),
    JapaneseAllergen.EGG: Label("egg", "卵"),
    JapaneseAllergen.MILK: Label("milk", "乳"),
    JapaneseAllergen.PEANUT: Label("peanut", "落花生"),
    JapaneseAllergen.CASHEW: Label("cashew nut", "カシューナッツ"),
    JapaneseAllergen.ALMOND: Label("almond", "アーモンド"),
    JapaneseAllergen.ABALONE: Label("abalone", "あわび"),
    JapaneseAllergen.SQUID: Label("squid", "いか"),
    JapaneseAllergen.SALMON_ROE: Label("salmon roe", "いくら"),
    JapaneseAllergen.ORANGE: Label("orange", "オレンジ"),
    JapaneseAllergen.KIWI: Label("kiwi fruit", "キウイフルーツ"),
    JapaneseAllergen.BEEF: Label("beef", "牛肉"),
    JapaneseAllergen.SESAME: Label("sesame", "ごま"),
    JapaneseAllergen.SALMON: Label("salmon", "さけ"),
    JapaneseAllergen.MACKEREL: Label("mackerel", "さば"),
    JapaneseAllergen.SOY: Label("soybean", "大豆"),
    JapaneseAllergen.CHICKEN: Label("chicken", "鶏肉"),
    JapaneseAllergen.BANANA: Label("banana", "バナナ"),
    JapaneseAllergen.PISTACHIO: Label("pistachio", "ピスタチオ"),
    JapaneseAllergen.PORK: Label("pork", "豚肉"),
    JapaneseAllergen.MACADAMIA: Label("macadamia nut", "マカダミアナッツ"),
    JapaneseAllergen.PEACH: Label("peach", "もも"),
    JapaneseAllergen.YAM: Label("yam", "やまいも"),
    JapaneseAllergen.APPLE: Label("apple", "りんご"),
    JapaneseAllergen.GELATIN: Label("gelatin", "ゼラチン"),
}
NUTRIENTS: Mapping[Nutrient, Label] = {
    Nutrient.ENERGY: Label("energy", "エネルギー"),
    Nutrient.PROTEIN: Label("protein", "たんぱく質"),
    Nutrient.FAT: Label("fat", "脂質"),
    Nutrient.SATURATES: Label("saturates", "飽和脂肪酸"),
    Nutrient.CARBOHYDRATE: Label("carbohydrate", "炭水化物"),
    Nutrient.SUGARS: Label("sugars", "糖類"),
    Nutrient.FIBRE: Label("fibre", "食物繊維"),
    Nutrient.SODIUM: Label("sodium", "ナトリウム"),
    Nutrient.CALCIUM: Label("calcium", "カルシウム"),
    Nutrient.IRON: Label("iron", "鉄"),
    Nutrient.POTASSIUM: Label("potassium", "カリウム"),
    Nutrient.VITAMIN_C: Label("vitamin C", "ビタミンC"),
}


def label_of(ingredient: Ingredient) -> Label:
    """Return the first of its names in each language."""
    names = (ingredient.name, *ingredient.aliases)
    return Label(
        next((name for name in names if not _JAPANESE.search(name)), None),
        next((name for name in names if _JAPANESE.search(name)), None),
    )
