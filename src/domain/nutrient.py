"""The nutrients that are summed."""

from enum import StrEnum


class Nutrient(StrEnum):
    """A nutrient by its name in tables and reports; the last word is its unit."""

    ENERGY = "energy_kcal"
    PROTEIN = "protein_g"
    FAT = "fat_g"
    SATURATES = "saturates_g"
    CARBOHYDRATE = "carbohydrate_g"
    SUGARS = "sugars_g"
    FIBRE = "fibre_g"
    SODIUM = "sodium_mg"
    CALCIUM = "calcium_mg"
    IRON = "iron_mg"
    POTASSIUM = "potassium_mg"
    VITAMIN_C = "vitamin_c_mg"
