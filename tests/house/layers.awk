# layers.awk - of lines "FILE FILE" or "FILE <header>" those that docs/design.md, section 1, forbids.

function layer(path) {
    return substr(path, 1, index(path, "/") - 1)
}

function is_public(path) {
    return path ~ /^[a-z]+\/include\/difftape\//
}

BEGIN {
    # What a layer may include besides its own files: of each all, or public headers only.
    all["autodiff tensor"]
    public["physics tensor"]; public["physics autodiff"]
    public["io tensor"]
    public["examples tensor"]; public["examples autodiff"]
    public["examples physics"]; public["examples io"]
    # Libraries, each behind its wrapper.
    wrappers = "^(tensor/blas\\.c <cblas\\.h>" \
        "|tensor/lapack[a-z_]*\\.c <lapacke\\.h>" \
        "|tensor/fft_fftw\\.c <fftw3\\.h>" \
        "|tensor/fft_pocketfft\\.cpp <gemmi/third_party/pocketfft_hdronly\\.h>" \
        "|io/[^ ]* <(gemmi/|zlib|png|cjson/|hdf5|nettle/)[^ ]*>" \
        "|examples/[^ ]* <cjson/[^ ]*>)$"
}

# The umbrella header includes everything by its nature.
$1 == "physics/include/difftape/difftape.h" { next }

{
    edge = layer($1) " " layer($2)
    if ($2 ~ /^</)
        allowed = $0 ~ wrappers && !is_public($1)
    else if (is_public($1) && !is_public($2))
        allowed = 0
    else
        allowed = layer($1) == layer($2) || edge in all || edge in public && is_public($2)
    if (!allowed)
        print
}
