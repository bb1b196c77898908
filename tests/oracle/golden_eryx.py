"""golden_eryx.py - makes tests/physics/golden_eryx.npz: what eryx and its PyTorch port get for 3AL1.

Independent of the library: the departures from the physics written out as formulas, atom by atom
and without grouping. Needs NumPy and golden_3al1.py beside it.

    python3 golden_eryx.py 3al1.pdb golden_eryx.npz
    python3 golden_eryx.py FILE.pdb --compare reference.npz     (numbers of eryx itself)
"""
import json
import re
import sys

import numpy as np

from golden_3al1 import axes_of, grid_points, read_pdb

TWO_PI = 2 * np.pi
MASS = {"C": 12.0107, "N": 14.0067, "O": 15.9994, "S": 32.065}  # as gemmi 0.5.7 has them


def remark_290(path):
    """Fractional rotations from the triplets, Cartesian operators from SMTRY."""
    rot, smtry = [], {}
    for line in open(path):
        if not line.startswith("REMARK 290"):
            continue
        if re.search(r"^REMARK 290 +\d+555 ", line):
            R = np.zeros((3, 3))
            for i, term in enumerate(line.split()[-1].split(",")):
                for sign, axis in re.findall(r"([+-]?)([XYZ])", term):
                    R[i, "XYZ".index(axis)] = -1 if sign == "-" else 1
            rot.append(R)
        m = re.match(r"REMARK 290 +SMTRY([123]) +(\d+)(.*)", line)
        if m:
            smtry.setdefault(int(m[2]), np.zeros((3, 4)))[int(m[1]) - 1] = m[3].split()
    return np.array(rot), np.array([smtry[i] for i in sorted(smtry)])


class Literal:
    def __init__(self, s, port, cutoff, gamma_intra, gamma_inter, scale=None):
        self.s, self.A, self.port = s, axes_of(s["cell"]), port
        self.B = np.linalg.inv(self.A.T) if scale is None else scale
        self.pack()
        self.n_asu, self.n = self.r.shape[:2]
        self.x = self.r_network - self.r_network.mean(1, keepdims=True)
        if not port:  # every atom gets the coordinates of all atoms before it as well
            self.x = np.cumsum(self.x.reshape(-1, 3), axis=0).reshape(self.x.shape)
        # u = t + lambda cross x: columns of S are e_p cross x
        S = np.stack([np.cross(e, self.x) for e in np.eye(3)], -1)
        eye = np.broadcast_to(np.eye(3), S.shape)
        self.P = np.concatenate([eye, S], -1)
        self.springs(cutoff, gamma_intra, gamma_inter)
        m = np.array([MASS[e] for e in s["element"]])
        M = np.zeros((6 * self.n_asu,) * 2)
        for a in range(self.n_asu):
            M[6 * a:6 * a + 6, 6 * a:6 * a + 6] = np.einsum("j,jdp,jdq->pq", m, self.P[a], self.P[a])
        if port:
            M += 1e-6 * np.eye(len(M))
        self.Linv = np.linalg.inv(np.linalg.cholesky(M))

    def pack(self):
        """Cartesian operators of the file; Cartesian components of R(a+b+c) added or taken away one
        by one where the centroid is below 0 or above the length of the edge. The network sees the
        copies of the first copy, packed again: that may be another place."""
        def copies(x):
            for R, T in zip(self.s["remark_rot"], self.s["remark_smtry"]):
                r = x @ T[:, :3].T + T[:, 3]
                c, shift = r.mean(0), np.abs((self.A.T @ R).sum(1))
                yield r + shift * (c < 0) - shift * (c > self.s["cell"][:3])
        self.r = np.array(list(copies(self.s["xyz"])))
        self.r_network = np.array(list(copies(self.r[0])))

    def springs(self, cutoff, intra, inter):
        n_asu, n, N = self.n_asu, self.n, self.n_asu * self.n
        r = self.r_network.reshape(N, 3)
        self.cells = np.array(list(np.ndindex(3, 3, 3))) - 1
        self.H1 = np.zeros((27, N, N))
        home = np.kron(np.eye(n_asu), np.ones((n, n)))
        self.contacts = 0
        for c, cell in enumerate(self.cells):
            d2 = ((r[None] + cell @ self.A - r[:, None]) ** 2).sum(-1)
            near = d2 <= cutoff ** 2
            self.contacts += near.sum()
            g = np.where(home, intra, inter) if c == 13 else np.full((N, N), inter)
            self.H1[c] = -np.where(near, g, 0.0)
        np.fill_diagonal(self.H1[13], 0.0)
        np.fill_diagonal(self.H1[13], -self.H1.sum((0, 2)))
        P = self.P.reshape(n_asu, n, 3, 6)
        H1 = self.H1.reshape(27, n_asu, n, n_asu, n)
        self.H = np.einsum("aidp,caibj,bjdq->capbq", P, H1, P, optimize=True)
        self.H = self.H.reshape(27, 6 * n_asu, 6 * n_asu)

    def phases(self, k):
        """k.R of the 27 cells: the port has no 2 pi."""
        q = self.B.T @ k * (1 if self.port else TWO_PI)
        return np.exp(1j * (self.cells @ self.A) @ q)

    def stiffness(self, k, H=None):
        return np.einsum("c,cpq->pq", self.phases(k), self.H if H is None else H)

    def modes(self, k):
        """1/omega^2 (NaN for acoustic modes at k = 0) and mass-weighted vectors, softest first."""
        w, v = np.linalg.eigh(self.Linv @ self.stiffness(k) @ self.Linv.T)
        w[w < (1e-6 if self.port else 1e-12)] = np.nan
        return 1 / w, self.Linv.T @ v

    def zone(self, samples):
        for i in np.ndindex(*samples):
            yield i, np.array([(((x + L // 2) % L) - L // 2) / L for x, L in zip(i, samples)])

    def covariance(self, samples):
        """Scaled as eryx does, with its model displacement parameters."""
        cov = 0
        for _, k in self.zone(samples):
            inverse = np.linalg.pinv(self.stiffness(k), rcond=1e-13, hermitian=True)
            cov = cov + self.phases(k)[:, None, None] * inverse
        diag = np.diag(cov[13]).real.reshape(self.n_asu, 6)
        adp = np.einsum("ajdp,ap->j", self.P, diag)
        scale = 3 * self.s["u_iso"].mean() / adp.mean()
        return cov.real * scale, adp * scale

    def intensity(self, hkl, k, u, rank=-1):
        s, q = self.s, TWO_PI * hkl @ self.B
        q2 = (q ** 2).sum(-1)[:, None]
        f = sum(s["ff_a"][:, i] * np.exp(-q2 / (16 * np.pi ** 2) * s["ff_b"][:, i]) for i in range(4))
        f = (f + s["ff_c"]) * np.exp(-q2 * u / 2)
        F = f[:, None] * np.exp(1j * np.einsum("vd,ajd->vaj", q, self.r))
        G = np.einsum("vaj,ajdp,vd->vap", F, self.P, q, optimize=True).reshape(len(q), -1)
        w, V = self.modes(k)
        I = np.abs(G @ V) ** 2 * w
        return I.sum(1) if rank < 0 else I[:, rank]

    def map_at(self, limits, pick, u, rank=-1):
        """The wavevector comes from the place of a voxel in the grid."""
        samples = [n for _, _, n in limits]
        shape = [int(n * (hi - lo) + 1) for lo, hi, n in limits]
        step = [np.linspace(lo, hi, n) for (lo, hi, _), n in zip(limits, shape)]
        ijk = np.array(np.unravel_index(pick, shape)).T
        hkl = np.stack([step[d][ijk[:, d]] for d in range(3)], -1)
        I = np.zeros(len(pick))
        for i, k in self.zone(samples):
            here = np.all(ijk % samples == i, axis=1)
            if here.any():
                I[here] = self.intensity(hkl[here], k, u, rank)
        return I


def make(path, out):
    s = read_pdb(path)
    s["element"] = elements(s)
    s["remark_rot"], s["remark_smtry"] = remark_290(path)
    result = {"remark_rot": s["remark_rot"].astype(np.int64), "remark_smtry": s["remark_smtry"]}
    # Limits between the lattice points, and a range that is no whole number of steps.
    limits = [(-1.25, 2.25, 2), (-2, 2, 3), (-1, 1.9, 3)]
    size = int(np.prod([int(n * (hi - lo) + 1) for lo, hi, n in limits]))
    pick = np.sort(np.random.default_rng(5).permutation(size)[:240])
    result.update(limits=np.array(limits, float), pick=pick)
    for name in "eryx", "port":
        m = Literal(s, name == "port", 4.0, 1.0, 0.5)
        cov, adp = m.covariance([n for _, _, n in limits])
        result.update({name + "_contacts": m.contacts - m.n_asu * m.n, name + "_xyz": m.r,
                       name + "_I": m.map_at(limits, pick, s["u_iso"]),
                       name + "_rank5": m.map_at(limits, pick, s["u_iso"], 5)})
        if name == "eryx":
            result.update(eryx_adp=adp, eryx_cov=cov[13], eryx_I_adp=m.map_at(limits, pick, adp))
    # SCALE records as rounded as old files have them, so that k.R is not 2 pi k.n.
    scale = np.round(np.linalg.inv(axes_of(s["cell"]).T), 4)
    m = Literal(s, False, 4.0, 1.0, 0.5, scale)
    result.update(scale=scale, eryx_I_scale=m.map_at(limits, pick, s["u_iso"]))
    np.savez_compressed(out, **result)


def elements(s):
    from golden_3al1 import FORM_FACTORS
    first = {v[0][0]: e for e, v in FORM_FACTORS.items()}
    return [first[a] for a in s["ff_a"][:, 0]]


def show(name, got, want):
    got, want = np.asarray(got), np.asarray(want)
    same = np.array_equal(np.isnan(got), np.isnan(want))
    ok = ~np.isnan(want)
    print("%-14s %9.2e of the largest, %9.2e relative, %d compared, NaN %s" % (
        name, np.abs(got - want)[ok].max() / np.abs(want[ok]).max(),
        np.nanmax(np.abs(got / np.where(want == 0, np.nan, want) - 1)[ok]), ok.sum(), same))


def compare(path, reference):
    z = np.load(reference)
    meta = json.loads(z["meta"].tobytes())
    rot, smtry = remark_290(path)
    s = {"cell": z["cell"], "xyz": z["true_x0"], "u_iso": z["U"], "ff_a": z["ff_a"],
         "ff_b": z["ff_b"], "ff_c": z["ff_c"], "remark_rot": rot, "remark_smtry": smtry,
         "element": [e.decode() for e in z["element"]]}
    limits, pick = meta["sampling"], z["pick"]
    samples = [n for _, _, n in limits]
    keep = z["resolution_pick"] > meta["res_limit"]
    args = meta["cutoff"], meta["gamma_intra"], meta["gamma_inter"]
    m = Literal(s, False, *args)
    n_asu, d = m.n_asu, 6 * m.n_asu

    def asus(x):
        return x.reshape(27, n_asu, 6, n_asu, 6).transpose(1, 2, 0, 3, 4)

    def masked(x):
        return np.where(keep, x, np.nan)
    show("xyz", m.r, z["xyz"])
    print("contacts", m.contacts, len(z["neighbours"]))
    show("A", m.P.reshape(n_asu, -1, 6), z["eryx_A"])
    show("Linv", m.Linv, z["eryx_Linv"])
    show("hessian", asus(m.H), z["eryx_hessian"])
    show("Winv", np.array([m.modes(k)[0] for _, k in m.zone(samples)]).reshape(*samples, d),
         z["eryx_Winv"])
    cov, adp = m.covariance(samples)
    show("covar", asus(cov), z["eryx_covar"])
    show("ADP", adp, z["eryx_ADP"])
    show("I", masked(m.map_at(limits, pick, s["u_iso"])), z["eryx_Id"][pick])
    show("I model adp", masked(m.map_at(limits, pick, adp)), z["eryx_Id_model_adp_pick"])
    show("I rank 5", masked(m.map_at(limits, pick, s["u_iso"], 5)), z["eryx_Id_rank5_pick"])
    m = Literal(s, True, *args)
    show("port hessian", asus(m.H), z["port_hessian"])
    show("port I", masked(m.map_at(limits, pick, s["u_iso"])), z["port_Id_pick"])


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[2] == "--compare":
        compare(sys.argv[1], sys.argv[3])
    elif len(sys.argv) == 3:
        make(sys.argv[1], sys.argv[2])
    else:
        sys.exit(__doc__)
