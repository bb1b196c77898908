"""single_phonons.py - single phonons of 3AL1 under eryx's formulas, in 34 digits.

eryx itself, as any program in double precision, has single phonons to about 1e-10 only where the
intensity of one is small: eigenvectors of K(k) are as uncertain as the gaps between eigenvalues are
narrow, and what is left of a sum of many atoms loses the digits that cancel. This computes them
exactly and replaces the arrays eryx_rank5 and port_rank5 of the golden file; with --compare it says
how far the arrays of eryx itself are off. Needs NumPy and mpmath, golden_eryx.py beside it.

    python3 single_phonons.py 3al1.pdb golden_eryx.npz
    python3 single_phonons.py FILE.pdb --compare reference.npz
"""
import json
import sys

import mpmath as mp
import numpy as np

import golden_eryx
from golden_3al1 import read_pdb

mp.mp.dps = 34
RANK = 5


def exact(x):
    """The decimal number that a double was read from."""
    return mp.mpf(repr(float(x)))


def axes_of(cell):
    a, b, c = cell[:3]
    ca, cb, cg = [mp.mpf(0) if x == 90 else mp.cos(x * mp.pi / 180) for x in cell[3:]]
    sg = mp.sqrt(1 - cg * cg)
    cy = (ca - cb * cg) / sg
    return mp.matrix([[a, 0, 0], [b * cg, b * sg, 0],
                      [c * cb, c * cy, c * mp.sqrt(1 - cb * cb - cy * cy)]])


def projector(x):
    return [[1, 0, 0, 0, x[2], -x[1]], [0, 1, 0, -x[2], 0, x[0]], [0, 0, 1, x[1], -x[0], 0]]


def gram(p, q):
    return [[sum(p[d][i] * q[d][j] for d in range(3) if p[d][i] and q[d][j]) for j in range(6)]
            for i in range(6)]


class Exact:
    """m is golden_eryx.Literal: which atoms are in contact and where copies are packed."""

    def __init__(self, m):
        self.m, s = m, m.s
        self.cell = [exact(x) for x in s["cell"]]
        self.A = axes_of(self.cell)
        self.B = mp.inverse(self.A.T)
        r0 = [[exact(v) for v in row] for row in np.round(s["xyz"], 3)]
        self.r = self.copies(r0)
        self.project(self.copies(self.r[0]))
        self.mass_factor()

    def copies(self, x):
        n, out = len(x), []
        for R, T in zip(self.m.s["remark_rot"], self.m.s["remark_smtry"]):
            T = [[exact(v) for v in row] for row in T]
            r = [[sum(T[d][e] * y[e] for e in range(3)) + T[d][3] for d in range(3)] for y in x]
            for d in range(3):
                c = sum(y[d] for y in r) / n
                step = abs(sum(self.A[i, d] * int(R[i, j]) for i in range(3) for j in range(3)))
                shift = step if c < 0 else -step if c > self.cell[d] else 0
                for y in r:
                    y[d] += shift
            out.append(r)
        return out

    def project(self, copies):
        m, n = self.m, self.m.n
        running, P = [mp.mpf(0)] * 3, []
        for r in copies:
            centre = [sum(y[d] for y in r) / n for d in range(3)]
            for y in r:
                x = [y[d] - centre[d] for d in range(3)]
                running = [running[d] + x[d] for d in range(3)]
                P.append(projector(x if m.port else running))
        self.P, D = P, 6 * m.n_asu
        self.H = [mp.matrix(D, D) for _ in range(27)]
        for c in range(27):
            for i, j in zip(*np.nonzero(m.H1[c])):
                if c == 13 and i == j:
                    continue
                g, a, b = exact(m.H1[c][i, j]), 6 * (i // n), 6 * (j // n)
                cross, self_ = gram(P[i], P[j]), gram(P[i], P[i])
                for p in range(6):
                    for q in range(6):
                        self.H[c][a + p, b + q] += g * cross[p][q]
                        self.H[13][a + p, a + q] -= g * self_[p][q]

    def mass_factor(self):
        m, D = self.m, 6 * self.m.n_asu
        M = mp.eye(D) * (exact(1e-6) if m.port else 0)
        for i, P in enumerate(self.P):
            a, t = 6 * (i // m.n), gram(P, P)
            mass = exact(golden_eryx.MASS[m.s["element"][i % m.n]])
            for p in range(6):
                for q in range(6):
                    M[a + p, a + q] += mass * t[p][q]
        self.Linv = mp.inverse(mp.cholesky(M))

    def mode(self, k, start, value):
        """omega^2 and the vector of one phonon: Rayleigh's iteration from that of NumPy."""
        K = mp.zeros(self.H[0].rows)
        for c, cell in enumerate(self.m.cells):
            phase = sum(int(cell[d]) * k[d] for d in range(3)) * (1 if self.m.port else 2 * mp.pi)
            K += self.H[c] * mp.expj(phase)
        D = self.Linv * K * self.Linv.T
        v, w = mp.matrix([mp.mpc(complex(x)) for x in start]), mp.mpf(float(value))
        for step in range(3):
            off = mp.mpf(10) ** (-20 if step else -9)
            v = mp.lu_solve(D - w * (1 + off) * mp.eye(D.rows), v)
            v /= mp.norm(v)
            w = mp.re((v.H * D * v)[0])
        return w, self.Linv.T * v

    def intensity(self, hkl, w, v):
        s, m = self.m.s, self.m
        q = [2 * mp.pi * sum(self.B[e, d] * hkl[e] for e in range(3)) for d in range(3)]
        q2, amplitude = sum(x * x for x in q), mp.mpc(0)
        for j in range(m.n):
            f = exact(s["ff_c"][j])
            for a, b in zip(s["ff_a"][j], s["ff_b"][j]):
                f += exact(a) * mp.exp(-exact(b) * q2 / (16 * mp.pi ** 2))
            f *= mp.exp(-q2 * mp.mpf(float(s["u_iso"][j])) / 2)
            for a in range(m.n_asu):
                P = self.P[a * m.n + j]
                row = sum(q[d] * P[d][p] * v[6 * a + p] for d in range(3) for p in range(6))
                amplitude += f * mp.expj(sum(q[d] * self.r[a][j][d] for d in range(3))) * row
        return float(abs(amplitude) ** 2 / w)

    def map_at(self, limits, pick):
        m = self.m
        samples = [int(n) for _, _, n in limits]
        shape = [int(n * (hi - lo) + 1) for lo, hi, n in limits]
        ijk = np.array(np.unravel_index(pick, shape)).T
        out = np.zeros(len(pick))
        for i, k in m.zone(samples):
            here = np.nonzero(np.all(ijk % samples == i, axis=1))[0]
            if not len(here):
                continue
            w, v = np.linalg.eigh(m.Linv @ m.stiffness(k) @ m.Linv.T)
            kx = [mp.mpf(int((x + n // 2) % n - n // 2)) / n for x, n in zip(i, samples)]
            value, vector = self.mode(kx, v[:, RANK], w[RANK])
            for p in here:
                hkl = [exact(lo) + int(ijk[p][d]) * (exact(hi) - exact(lo)) / (shape[d] - 1)
                       for d, (lo, hi, _) in enumerate(limits)]
                out[p] = self.intensity(hkl, value, vector)
        return out


def complete(s, path):
    s["remark_rot"], s["remark_smtry"] = golden_eryx.remark_290(path)
    return s


def report(name, got, want):
    ok = np.isfinite(got) & (want > 1e-20)
    off = np.abs(got - want)[ok]
    print("%-12s %d voxels: off by %.2e of the largest, %.2e relative, %.1e in the middle" % (
        name, ok.sum(), off.max() / want[ok].max(), (off / want[ok]).max(),
        np.median(off / want[ok])))


def main(path, out):
    with np.load(out) as z:
        arrays = dict(z)
    s = complete(read_pdb(path), path)
    s["element"] = golden_eryx.elements(s)
    limits = [tuple(x) for x in arrays["limits"]]
    limits = [(lo, hi, int(n)) for lo, hi, n in limits]
    for name in "eryx", "port":
        m = golden_eryx.Literal(s, name == "port", 4.0, 1.0, 0.5)
        want = Exact(m).map_at(limits, arrays["pick"])
        report("NumPy " + name, m.map_at(limits, arrays["pick"], s["u_iso"], RANK), want)
        arrays[name + "_rank5"] = want
    np.savez_compressed(out, **arrays)


def compare(path, reference):
    z = np.load(reference)
    meta = json.loads(z["meta"].tobytes())
    s = complete({"cell": z["cell"], "xyz": z["true_x0"], "u_iso": z["U"], "ff_a": z["ff_a"],
                  "ff_b": z["ff_b"], "ff_c": z["ff_c"],
                  "element": [e.decode() for e in z["element"]]}, path)
    golden_eryx.MASS.update(zip(s["element"], z["mass"]))
    m = golden_eryx.Literal(s, False, meta["cutoff"], meta["gamma_intra"], meta["gamma_inter"])
    want = Exact(m).map_at(meta["sampling"], z["pick"])
    report("eryx", z["eryx_Id_rank5_pick"], want)
    report("NumPy", m.map_at(meta["sampling"], z["pick"], s["u_iso"], RANK), want)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[2] == "--compare":
        compare(sys.argv[1], sys.argv[3])
    elif len(sys.argv) == 3:
        main(sys.argv[1], sys.argv[2])
    else:
        sys.exit(__doc__)
