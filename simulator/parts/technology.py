"""Process node and supply: area, energy and speed of CMOS from one point to another.

Stillmaker and Baas, Integration 58, 74 (2017): area table, and energy factor a V^2 + b V + c per node (bulk to 65 nm,
high performance from 45 nm on). Between nodes of the table, straight lines in log-log.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import exp, log

from simulator.parts.law import Range, power_law

AREA = {180: "320", 130: "110", 90: "48", 65: "25", 45: "17", 32: "7.8", 20: "3.6", 16: "3.2", 14: "2.9", 10: "1.7",
        7: "1"}  # fmt: skip
"""Node [nm] -> area of the same circuit, 7 nm = 1 (Stillmaker and Baas 2017, area table)."""
ENERGY = {
    180: ("0", "24.64", "-17.98"),
    130: ("7.171", "-6.709", "2.904"),
    90: ("4.762", "-4.781", "2.092"),
    65: ("3.755", "-4.398", "1.975"),
    45: ("1.018", "-0.3107", "0.1539"),
    32: ("0.8367", "-0.4341", "0.1701"),
    20: ("0.373", "-0.1582", "0.04104"),
    16: ("0.2958", "-0.1241", "0.03024"),
    14: ("0.2363", "-0.09675", "0.02239"),
    10: ("0.2068", "-0.09311", "0.02375"),
    7: ("0.1776", "-0.09097", "0.02447"),
}
"""Node [nm] -> a, b, c of the energy factor (Stillmaker and Baas 2017, energy table)."""
SUPPLY = {180: "1.8", 130: "1.3", 90: "1.2", 65: "1.1", 45: "1.0", 32: "0.9", 20: "0.9", 16: "0.85", 14: "0.8",
          10: "0.75", 7: "0.7"}  # fmt: skip
"""Node [nm] -> nominal supply [V] of the predictive models that the fits were made with (PTM)."""

NODES = Range(7, 180, "the tables of Stillmaker and Baas, Integration 58, 74 (2017)", " nm")
LOWEST, HIGHEST = Fraction(6, 10), Fraction(14, 10)
"""Supplies between these multiples of the nominal one are taken (assumption: there the fits rise with the supply)."""
THRESHOLD, ALPHA = Fraction(35, 100), 1.3
"""Alpha-power law (Sakurai and Newton, JSSC 25(2), 584, 1990); threshold and exponent are assumptions."""


@dataclass(frozen=True)
class Point:
    """A process node [nm] at a supply [V]."""

    node: Fraction
    supply: Fraction


def area(old: Point, new: Point) -> Fraction:
    """Area of the same CMOS circuit at ``new`` over that at ``old``."""
    if old.node == new.node:
        return Fraction(1)
    return _at(AREA, new.node) / _at(AREA, old.node)


def energy(old: Point, new: Point) -> Fraction:
    """Switching energy of the same CMOS circuit at ``new`` over that at ``old``."""
    if old == new:
        return Fraction(1)
    return _energy(new) / _energy(old)


def speed(old: Point, new: Point) -> Fraction:
    """Clock that the same logic reaches at ``new`` over that at ``old``.

    (V - Vt)^alpha / V at one node; inverse to the node (Dennard et al., JSSC 9(5), 256, 1974).
    """
    if old == new:
        return Fraction(1)
    return old.node / new.node * _drive(new) / _drive(old)


def check(point: Point) -> None:
    """InputError if the tables do not reach to this point."""
    NODES.check(point.node, "node")
    nominal = _at(SUPPLY, point.node)
    origin = f"0.6 to 1.4 times the nominal {float(nominal):g} V of the node (assumption; fits of Stillmaker and Baas)"
    Range(nominal * LOWEST, nominal * HIGHEST, origin, " V").check(point.supply, "supply")


def _drive(point: Point) -> Fraction:
    check(point)
    return power_law(point.supply - THRESHOLD, ALPHA) / point.supply


def _energy(point: Point) -> Fraction:
    check(point)
    factors = {node: _polynomial(terms, point.supply) for node, terms in ENERGY.items()}
    return _at(factors, point.node)


def _polynomial(terms: tuple[str, str, str], supply: Fraction) -> Fraction:
    square, linear, constant = map(Fraction, terms)
    return square * supply**2 + linear * supply + constant


def _at(table: Mapping[int, str] | Mapping[int, Fraction], node: Fraction) -> Fraction:
    """Value of a table at a node; exact where the node is in it."""
    NODES.check(node, "node")
    if node in table:
        return Fraction(table[int(node)])
    nodes = sorted(table)
    above = bisect_left(nodes, node)
    low, high = nodes[above - 1], nodes[above]
    place = log(node / low) / log(high / low)
    ends = [log(Fraction(table[end])) for end in (low, high)]
    return Fraction(exp(ends[0] + place * (ends[1] - ends[0])))
