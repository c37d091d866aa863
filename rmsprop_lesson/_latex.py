"""Numbers in the formulas that objects of the package show in a notebook."""


def tex_number(number):
    r"""A number in LaTeX, to six digits: 0.1, 10^{-8}, 2.5 \cdot 10^{6}."""
    mantissa, _, exponent = f"{number:.6g}".partition("e")
    if not exponent:
        return mantissa
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \cdot {power}"
