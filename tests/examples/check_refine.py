"""Targets of refine as other programs write them: h5py, as mdx2 lays its maps out. Usage:
check_refine.py PROGRAM CRYSTAL. Exits with 77 (skipped) without the modules or without HDF5."""
import csv
import os
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

program, crystal = sys.argv[1:]


def refine(*arguments):
    return subprocess.run([program, *arguments, crystal], capture_output=True, text=True)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    done = refine("--simulate=target.npz", "--hkl=-2:2:3,-2:2:2,-1:2:2", "--springs=1,0.5")
    assert done.returncode == 0, done.stderr
    npz = np.load("target.npz")

    # nexusformat writes attributes like these; voxels without a measurement are NaN, there is no
    # cell beside the map, and the numbers are of single precision. Sigmas stand as NAME_errors.
    intensity = np.where(npz["valid"], npz["intensity"], np.nan).astype(np.float32)
    sigma = np.where(npz["valid"], npz["sigma"], np.nan).astype(np.float32)
    with h5py.File("mdx2.nxs", "w") as f:
        entry = f.create_group("entry")
        entry.attrs["NX_class"] = "NXentry"
        data = entry.create_group("map")
        data.attrs.update(NX_class="NXdata", signal="signal", axes=["h", "k", "l"],
                          mdx2_module="mdx2.geometry", mdx2_class="GridData")
        data.create_dataset("signal", data=intensity, chunks=(4, 4, 4), compression="gzip")
        data.create_dataset("signal_errors", data=sigma)
        for name in "hkl":
            data[name] = npz[name]
    np.savez("same.npz", intensity=intensity, sigma=sigma, valid=npz["valid"], cell=npz["cell"],
             **{name: npz[name] for name in "hkl"})

    done = refine("--target=mdx2.nxs", "-o", "no")
    if "has no HDF5" in done.stderr:
        print("skipped: this build has no HDF5")
        sys.exit(77)
    assert done.returncode == 3 and "the intensity is nan at (0,0,0) and" in done.stderr, done.stderr
    assert "--nan=skip" in done.stderr and not os.path.exists("no")

    for target, fit in ("mdx2.nxs", "a"), ("same.npz", "b"):
        done = refine(f"--target={target}", "--springs=3,1.5", "--nan=skip", "--quiet", "-o", fit)
        assert done.returncode == 0, done.stderr
    assert open("a/history.csv").read() == open("b/history.csv").read()
    assert open("a/parameters.csv").read() == open("b/parameters.csv").read()

    # The model in the format of the target, as h5py sees it.
    with h5py.File("a/model.nxs") as f:
        data = f["entry/intensity"]
        model = np.load("b/model.npz")
        assert np.array_equal(data["intensity"][()], model["intensity"])
        assert np.array_equal(data["valid"][()], model["valid"])
        assert np.array_equal(data["h"][()], npz["h"])
        assert np.allclose(f["entry/crystal/unit_cell"][()], npz["cell"])

    # A map whose axes come in another order, and one without any.
    with h5py.File("mdx2.nxs", "r+") as f:
        f["entry/map"].attrs["axes"] = ["l", "k", "h"]
    done = refine("--target=mdx2.nxs", "--nan=skip", "-o", "no")
    assert done.returncode == 3 and "has the axes h, k, l in this order" in done.stderr, done.stderr
    with h5py.File("mdx2.nxs", "w") as f:
        f["numbers"] = intensity
    done = refine("--target=mdx2.nxs", "-o", "no")
    assert done.returncode == 3 and "does not follow NeXus" in done.stderr, done.stderr
    assert done.stderr.count("\n") == 1 and not os.path.exists("no")
    # Springs of interfaces are named by the operation: it carries an atom near another one.
    try:
        import gemmi
    except ImportError:
        print("ok, names of interfaces not checked: no gemmi")
        sys.exit(0)
    done = refine("--target=same.npz", "--classes=interfaces", "--iterations=0", "-o", "c")
    assert done.returncode == 0, done.stderr
    with open("c/parameters.csv") as file:
        names = [row["label"] for row in csv.DictReader(file) if row["parameter"] == "springs"]
    structure = gemmi.read_structure(crystal)
    cell = structure.cell
    atoms = [cell.fractionalize(a.pos) for c in structure[0] for r in c if not r.is_water()
             for a in r if a.element.name != "H"]
    x = np.array([list(a) for a in atoms])
    axes = np.array(cell.orth.mat.tolist())
    assert names[0] == "within" and len(set(names)) == len(names) > 5, names
    for name in names[1:]:
        op = gemmi.Op(name)
        moved = x @ np.array(op.rot).T / op.DEN + np.array(op.tran) / op.DEN
        distance = np.linalg.norm((moved[:, None] - x[None]) @ axes.T, axis=2).min()
        assert distance <= 4, (name, distance)
print("ok")
