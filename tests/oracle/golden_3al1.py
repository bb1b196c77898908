"""golden_3al1.py - makes tests/physics/golden_3al1.npz: one-phonon numbers from the formulas.

Independent of the library: it shares no code with it, uses k = h directly (no grouping of
wavevectors), builds K(k) contact by contact, inverts it instead of factorising it, and writes the
derivatives out by hand. Needs NumPy.

    python3 golden_3al1.py 3al1.pdb golden_3al1.npz
    python3 golden_3al1.py 3al1.pdb --compare reference.npz     (numbers of another implementation)
"""
import sys

import numpy as np

# International Tables for Crystallography C (1992), table 6.1.1.4.
FORM_FACTORS = {
    "C": ([2.31, 1.02, 1.5886, 0.865], [20.8439, 10.2075, 0.5687, 51.6512], 0.2156),
    "N": ([12.2126, 3.1322, 2.0125, 1.1663], [0.0057, 9.8933, 28.9975, 0.5826], -11.529),
    "O": ([3.0485, 2.2868, 1.5463, 0.867], [13.2771, 5.7011, 0.3239, 32.9089], 0.2508),
}
P_MINUS_1 = [np.eye(3), -np.eye(3)]


def read_pdb(path):
    """Cell and the atoms of the polymer: up to TER, first conformation, no hydrogens."""
    cell, atoms, seen, chains_done = None, [], set(), set()
    for line in open(path):
        if line.startswith("CRYST1"):
            cell = np.array([float(x) for x in line[6:54].split()])
        if line.startswith("TER"):
            chains_done.add(line[21])
        if not line.startswith(("ATOM", "HETATM")):
            continue
        name, residue, element = line[12:16], line[21:27], line[76:78].strip()
        if line[21] in chains_done or line[21] == " " or element == "H":
            continue
        if (residue, name) in seen:
            continue
        seen.add((residue, name))
        xyz = [float(line[30 + 8 * i:38 + 8 * i]) for i in range(3)]
        atoms.append((element, xyz, float(line[60:66])))
    # The usual parsers keep B in single precision.
    b = np.array([np.float32(a[2]) for a in atoms], dtype=float)
    ff = [FORM_FACTORS[a[0]] for a in atoms]
    return {
        "cell": cell, "xyz": np.array([a[1] for a in atoms]), "u_iso": b / (8 * np.pi ** 2),
        "ff_a": np.array([f[0] for f in ff]), "ff_b": np.array([f[1] for f in ff]),
        "ff_c": np.array([f[2] for f in ff]),
        "op_rot": np.array(P_MINUS_1).astype(np.int64), "op_tran": np.zeros((2, 3)),
    }


def axes_of(cell):
    a, b, c = cell[:3]
    ca, cb, cg = np.cos(np.deg2rad(cell[3:]))
    sg = np.sqrt(1 - cg * cg)
    cy = (ca - cb * cg) / sg
    return np.array([[a, 0, 0], [b * cg, b * sg, 0],
                     [c * cb, c * cy, c * np.sqrt(1 - cb * cb - cy * cy)]])


class Model:
    def __init__(self, s, cutoff, reach=2):
        self.s, self.A = s, axes_of(s["cell"])
        self.B = np.linalg.inv(self.A.T)
        self.rotations, self.r = [], []
        for R, t in zip(s["op_rot"], s["op_tran"]):
            f = s["xyz"] @ self.B.T @ R.T + t
            self.rotations.append(self.A.T @ R @ self.B)
            self.r.append((f - np.floor(f.mean(0))) @ self.A)
        self.r = np.array(self.r)
        self.n_asu, self.n = self.r.shape[:2]
        self.x = self.r - self.r.mean(1, keepdims=True)
        self.find_contacts(cutoff, reach)

    def find_contacts(self, cutoff, reach):
        """By brute force over (2 reach + 1)^3 cells."""
        r, n = self.r.reshape(-1, 3), self.n
        rows = []
        for cell in np.ndindex((2 * reach + 1,) * 3):
            c = np.array(cell) - reach
            d2 = (((r + c @ self.A)[None] - r[:, None]) ** 2).sum(-1)
            i, j = np.nonzero(d2 <= cutoff ** 2)
            keep = (i != j) | np.any(c != 0)
            rows.append(np.c_[i, j, np.tile(c, (len(i), 1))][keep])
        rows = np.concatenate(rows)
        self.i, self.j, self.cell = rows[:, 0], rows[:, 1], rows[:, 2:]
        self.intra = (self.i // n == self.j // n) & np.all(self.cell == 0, axis=1)

    @staticmethod
    def skew(x):
        z = np.zeros(len(x))
        return np.array([[z, x[:, 2], -x[:, 1]], [-x[:, 2], z, x[:, 0]],
                         [x[:, 1], -x[:, 0], z]]).transpose(2, 0, 1)

    def stiffness(self, k, gamma):
        """K(k) from E = 1/2 sum over ordered contacts of gamma/2 |u_i - u_j e^{ik.n}|^2 times 2."""
        P = np.concatenate([np.tile(np.eye(3), (self.n_asu * self.n, 1, 1)),
                            self.skew(self.x.reshape(-1, 3))], axis=2)
        d = 6 * self.n_asu
        K = np.zeros((d, d), complex)
        a, b = self.i // self.n, self.j // self.n
        phase = np.exp(2j * np.pi * self.cell @ k)
        for p in range(self.n_asu):
            for q in range(self.n_asu):
                e = (a == p) & (b == q)
                K[6 * p:6 * p + 6, 6 * q:6 * q + 6] -= np.einsum(
                    "e,eap,eaq->pq", gamma[e] * phase[e], P[self.i[e]], P[self.j[e]])
            e = a == p
            K[6 * p:6 * p + 6, 6 * p:6 * p + 6] += np.einsum(
                "e,eap,eaq->pq", gamma[e], P[self.i[e]], P[self.i[e]])
        return K

    def atoms(self, q):
        s, q2 = self.s, q @ q
        f = (s["ff_a"] * np.exp(-s["ff_b"] * q2 / (16 * np.pi ** 2))).sum(1) + s["ff_c"]
        return f * np.exp(-q2 * s["u_iso"] / 2) * np.exp(1j * self.r @ q)

    def response(self, F, q):
        G = [np.r_[F[a].sum() * q, np.cross(F[a] @ self.x[a], q)] for a in range(self.n_asu)]
        return np.concatenate(G)

    def run(self, hkl, gamma_intra, gamma_inter, weights=None):
        """Intensities; with weights also the gradient of sum_v w_v I_v."""
        gamma = np.where(self.intra, gamma_intra, gamma_inter)
        I = np.zeros(len(hkl))
        g = {"gamma_intra": 0.0, "gamma_inter": 0.0, "u_iso": np.zeros(self.n),
             "r": np.zeros_like(self.r), "x": np.zeros_like(self.r)}
        for v, h in enumerate(hkl):
            q = 2 * np.pi * h @ self.B
            F = self.atoms(q)
            G = self.response(F, q)
            K = self.stiffness(h - np.round(h), gamma).conj()
            y = np.linalg.solve(K, G.conj())
            I[v] = (G @ y).real
            if weights is not None:
                self.add_gradient(g, weights[v], h, q, F, y, gamma)
        if weights is None:
            return I
        # x = r minus its centroid; copies follow r = R r0 + t
        r = g["r"] + g["x"] - g["x"].mean(1, keepdims=True)
        xyz = sum(r[a] @ self.rotations[a] for a in range(self.n_asu))
        return I, {"gamma_intra": g["gamma_intra"], "gamma_inter": g["gamma_inter"],
                   "u_iso": g["u_iso"], "xyz": xyz}

    def add_gradient(self, g, w, h, q, F, y, gamma):
        """dI = 2 Re dG y - y^H dK* y."""
        for a in range(self.n_asu):
            t, lam = y[6 * a:6 * a + 3], y[6 * a + 3:6 * a + 6]
            # q^T A_j y = q.t + q.(lam x x_j) = q.t + x_j.(q x lam)
            qAy = q @ t + self.x[a] @ np.cross(q, lam)
            g["u_iso"] += w * 2 * np.real(-0.5 * (q @ q) * F[a] * qAy)
            g["r"][a] += w * 2 * np.real(1j * F[a] * qAy)[:, None] * q
            g["x"][a] += w * 2 * np.real(F[a][:, None] * np.cross(q, lam))
        # y^H K* y = sum_e gamma (|v_i|^2 - Re(e^{-ik.n} v_i^H v_j)), v_i = A_i y
        n = self.n
        Y = np.repeat(y.reshape(self.n_asu, 6), n, axis=0)
        T, lam, x = Y[:, :3], Y[:, 3:], self.x.reshape(-1, 3)
        V = T + np.cross(lam, x)
        phase = np.exp(-2j * np.pi * self.cell @ h)
        vi, vj = V[self.i], V[self.j]
        energy = (np.abs(vi) ** 2).sum(1) - np.real(phase * (vi.conj() * vj).sum(1))
        g["gamma_intra"] -= w * energy[self.intra].sum()
        g["gamma_inter"] -= w * energy[~self.intra].sum()
        # d(energy) = Re(c^H dv), dv_i = lam x dx_i, Re(c* . lam x dx) = dx . Re(c* x lam)
        c = np.zeros_like(V)
        gp = gamma[:, None]
        np.add.at(c, self.i, gp * (2 * vi - phase[:, None] * vj))
        np.add.at(c, self.j, gp * -(phase.conj()[:, None] * vi))
        g["x"] -= w * np.real(np.cross(c.conj(), lam)).reshape(g["x"].shape)


def grid_points(limits):
    axes = [lo + np.arange(int(round((hi - lo) * n)) + 1) / n for lo, hi, n in limits]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)


def whole(hkl):
    return np.all(np.abs(hkl - np.round(hkl)) < 1e-9, axis=1)


def make(structure, out):
    """Grid 1 has whole limits, grid 2 limits between the lattice points and unequal samplings."""
    m, result = Model(structure, 4.0), dict(structure)
    result["pairs"] = np.c_[m.i, m.j, m.cell].astype(np.int64)
    for name, limits in (("1", [(-6, 6, 3), (-6, 6, 3), (-8, 8, 3)]),
                         ("2", [(-2.25, 1.25, 2), (0.5, 2.0, 4), (-1 / 3, 8 / 3, 3)])):
        hkl, rng = grid_points(limits), np.random.default_rng(3)
        pick = np.sort(rng.permutation(np.nonzero(~whole(hkl))[0])[:300])
        weights = rng.standard_normal(len(pick))
        I, g = m.run(hkl[pick], 1.0, 0.5, weights)
        result.update({"limits" + name: np.array(limits, float), "pick" + name: pick,
                       "weights" + name: weights, "intensity" + name: I})
        result.update({"grad_%s%s" % (key, name): value for key, value in g.items()})
        total = weights @ I
        assert abs(g["gamma_intra"] + 0.5 * g["gamma_inter"] + total) < 1e-9 * abs(total)
    np.savez_compressed(out, **result)


def compare(structure, reference):
    # That implementation looks in the 27 nearest cells only: four contacts of 3AL1 are missing.
    z, m = np.load(reference), Model(structure, 4.0, reach=1)
    hkl = grid_points([(-6, 6, 3), (-6, 6, 3), (-8, 8, 3)])[z["true_pick"]]
    w = z["loss_weights"] / len(z["loss_weights"])
    I, g = m.run(hkl, 1.0, 0.5, w)
    print("inputs   ", np.abs(structure["xyz"] - z["true_x0"]).max(),
          np.abs(structure["u_iso"] - z["U"]).max(), np.abs(structure["ff_a"] - z["ff_a"]).max())
    print("contacts ", len(m.i), len(z["true_pairs"]))
    print("intensity", np.abs(I / z["true_I_pick"] - 1).max())
    for key, name in (("gamma_intra",) * 2, ("gamma_inter",) * 2, ("u_iso", "U"), ("xyz", "xyz")):
        want = z["grad_" + name]
        print("grad", key, np.linalg.norm(g[key] - want) / np.linalg.norm(want))


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[2] == "--compare":
        compare(read_pdb(sys.argv[1]), sys.argv[3])
    elif len(sys.argv) == 3:
        make(read_pdb(sys.argv[1]), sys.argv[2])
    else:
        sys.exit(__doc__)
