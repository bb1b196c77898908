"""Maps of onephonon as other programs read them: h5py and gemmi. Usage: check_formats.py PROGRAM
CRYSTAL. Exits with 77 (skipped) where the modules are missing or the program has no HDF5."""
import json
import os
import subprocess
import sys
import tempfile

try:
    import gemmi
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

program, crystal = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for name in "map.npz", "map.h5", "map.ccp4":
        done = subprocess.run([program, "--hkl=-2:2:3,-1:2:2,0:2:2", "--profile=p.csv", "-o", name,
                               crystal], capture_output=True, text=True)
        if "has no HDF5" in done.stderr:
            print("skipped: this build has no HDF5")
            sys.exit(77)
        assert done.returncode == 0, done.stderr
    npz = np.load("map.npz")
    shape = (13, 7, 5)

    # NeXus: from the file to its NXdata by attributes, then what mdx2's GridData.from_nexus takes.
    def text(value):
        return value.decode() if isinstance(value, bytes) else str(value)

    with h5py.File("map.h5") as f:
        entry = f[text(f.attrs["default"])]
        data = entry[text(entry.attrs["default"])]
        assert text(entry.attrs["NX_class"]) == "NXentry"
        assert text(data.attrs["NX_class"]) == "NXdata"
        assert data.name == "/entry/intensity"
        assert (text(data.attrs["mdx2_module"]), text(data.attrs["mdx2_class"])) == (
            "mdx2.geometry", "GridData")
        signal = data[text(data.attrs["signal"])]
        axes = [text(name) for name in data.attrs["axes"]]
        assert axes == ["h", "k", "l"]
        assert signal.shape == shape and text(signal.attrs["units"]) == "e^2 per unit cell"
        assert np.array_equal(signal[()], npz["intensity"])
        assert data["valid"].dtype == bool and np.array_equal(data["valid"][()], npz["valid"])
        for i, name in enumerate(axes):
            assert np.array_equal(data[name][()], npz[name]) and data.attrs[name + "_indices"] == i
        assert np.array_equal(entry["crystal/unit_cell"][()], npz["cell"])
        run = json.loads(entry["provenance/json"][()])
        assert run["program"] == "onephonon" and len(run["inputs"][0]["sha256"]) == 64

    # CCP4: numbers, reciprocal cell, place.
    ccp4 = gemmi.read_ccp4_map("map.ccp4")
    assert np.array_equal(np.array(ccp4.grid, copy=False), npz["intensity"].astype(np.float32))
    star = gemmi.UnitCell(*npz["cell"]).reciprocal()
    want = [100 * star.a, 100 * star.b, 100 * star.c, star.alpha, star.beta, star.gamma]
    assert np.allclose(ccp4.grid.unit_cell.parameters, want, rtol=1e-5)
    assert [ccp4.header_i32(n) for n in range(5, 11)] == [-6, -2, 0, 3, 2, 2]
    assert "Miller indices" in ccp4.header_str(77, 80)

    profile = np.genfromtxt("p.csv", delimiter=",", names=True, skip_header=2)
    assert profile["voxels"].sum() == npz["valid"].sum() and len(profile) == 20
    print("h5py and gemmi read the same numbers,", npz["intensity"].size, "voxels")
