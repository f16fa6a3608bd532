"""Made-up parties."""

import numpy as np

FIRST_WORDS = """
Alder Amber Anchor Aster Beacon Birch Bright Cedar Cobalt Copper Coral Crown Delta Dover
Eastern Elm Ember Falcon Fern Forth Garnet Granite Harbor Hazel Heron Iris Ivory Juniper
Kestrel Larch Linden Lunar Maple Marble Meadow Northern Oak Olive Onyx Orchid Pearl Pine
Quartz River Rowan Saffron Silver Slate Solar Sterling Summit Thistle Topaz Umber Vale
Velvet Violet Western Willow Zephyr
"""
SECOND_WORDS = """
Analytics Bakery Books Catering Cargo Ceramics Chemicals Clinic Components Dairy Design
Electric Energy Farms Fashion Foods Freight Furniture Garage Glass Hotels Instruments
Interiors Labs Leasing Logistics Machines Media Motors Networks Optics Outfitters Packaging
Paper Pharma Plastics Press Printing Properties Robotics Seeds Shipping Software Sports
Steel Studios Supplies Textiles Tools Travel
"""
FORMS = ("Ltd.", "GmbH", "Inc.", "S.A.", "BV")


def party_names(size: int, generator: np.random.Generator) -> tuple[str, ...]:
    """Names of different companies, at most as many as there are pairs of words."""
    first, second = FIRST_WORDS.split(), SECOND_WORDS.split()
    chosen = generator.choice(len(first) * len(second), size=size, replace=False)
    forms = generator.integers(0, len(FORMS), size)
    return tuple(
        f"{first[index // len(second)]} {second[index % len(second)]} {FORMS[form]}"
        for index, form in zip(chosen, forms, strict=True)
    )
