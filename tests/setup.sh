# setup.sh - what quickstart.sh and check.sh share: packages, configuring, building.
# shellcheck shell=sh disable=SC2034 # its variables are for the scripts that read it

BUILD_PACKAGES="gcc g++ pkg-config meson ninja-build libopenblas-dev liblapacke-dev gemmi-dev \
tao-pegtl-dev libcjson-dev zlib1g-dev libpng-dev nettle-dev libhdf5-dev"
TEST_PACKAGES="libcriterion-dev"
FULL_PACKAGES="python3-h5py python3-gemmi clang clang-format libclang-rt-14-dev doxygen"
processors=$(nproc 2>/dev/null || echo 2)
JOBS=${JOBS:-$((processors < 8 ? processors : 8))}

say() {
    printf '%s\n' "$*"
}

fail() {
    printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Install the named Debian packages that are missing.
need_packages() {
    command -v dpkg-query >/dev/null 2>&1 ||
        fail "this script installs Debian packages; elsewhere install the libraries that docs/install.md lists and use meson directly"
    missing=""
    for package in "$@"; do
        status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
        [ "$status" = "install ok installed" ] || missing="$missing $package"
    done
    if [ -z "$missing" ]; then
        say "All Debian packages are there."
        return
    fi
    say "Installing Debian packages:$missing"
    sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            fail "packages are missing and neither root nor sudo is at hand; as root run: apt-get install$missing"
        sudo=sudo
    fi
    log=$(mktemp)
    # shellcheck disable=SC2086
    { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install:$missing"
    }
    rm -f "$log"
}

# configure DIR MESON-OPTION...: once; later runs keep the folder and only refresh the options.
configure() {
    dir=$1
    shift
    place=.
    [ ! -d "$dir" ] || place=$dir
    [ -w "$place" ] || fail "$(id -un) cannot write in $(cd "$place" && pwd)"
    if [ -f "$dir/build.ninja" ]; then
        say "Using the build folder $dir"
        meson configure "$dir" "$@" >/dev/null || fail "meson could not change the options of $dir"
        return
    fi
    say "Configuring $dir"
    meson setup "$dir" --wrap-mode=nofallback "$@" >"$dir.log" 2>&1 || {
        tail -n 20 "$dir.log" >&2
        fail "meson could not configure $dir"
    }
    rm -f "$dir.log"
}

# build_in DIR [TARGET...]
build_in() {
    dir=$1
    shift
    say "Building $dir"
    ninja -C "$dir" -j "$JOBS" "$@" >"$dir/build.log" 2>&1 || {
        if grep -q '^FAILED' "$dir/build.log"; then
            sed -n '/^FAILED/,$p' "$dir/build.log" | head -n 40 >&2
        else
            tail -n 20 "$dir/build.log" >&2
        fi
        fail "the build failed (log: $dir/build.log); if the folder was moved, delete $dir and run again"
    }
}
