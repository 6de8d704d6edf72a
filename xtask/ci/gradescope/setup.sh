#!/usr/bin/env bash
# Gradescope runs this once, as root and with a network, when it builds the autograder's image: it installs what the grader and
# submissions need, and compiles the grader. CI.md says more.
set -euo pipefail
umask 022
# Gradescope's folder, or another one, to try this elsewhere.
autograder=${AUTOGRADER:-/autograder}
grader=$autograder/source/grader
wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$grader/Cargo.toml")

# Whether there is a Rust, and none older than the wanted one.
rust_will_do() {
    local version
    version=$(rustc --version 2>/dev/null | cut -d ' ' -f 2) || return
    printf '%s\n' "$wanted" "$version" | sort --version-sort --check=quiet
}

install() {
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
}

# A compiler, which Rust needs to link, and an interpreter. What else students write in is added here.
missing=()
command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v python3 >/dev/null || missing+=(python3)
[[ ${#missing[@]} -eq 0 ]] || install "${missing[@]}"

# Not in root's own folder: students' programs are compiled by a user who cannot look there.
export CARGO_HOME=$autograder/cargo
if ! rust_will_do; then
    export RUSTUP_HOME=$autograder/rustup
    if ! command -v rustup >/dev/null; then
        # Ubuntu has a package of it from 24.04 on, Debian from 13 on. Elsewhere its makers' way is what is left.
        install ca-certificates curl
        if ! DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends rustup; then
            curl --proto '=https' --tlsv1.2 --fail --silent --show-error https://sh.rustup.rs |
                sh -s -- -y --no-modify-path --default-toolchain none
            PATH=$CARGO_HOME/bin:$PATH
        fi
    fi
    rustup toolchain install --profile minimal "$wanted"
    rustup default "$wanted"
fi
ln -sfn "$(rustc --print sysroot)" "$autograder/rust"
export PATH=$autograder/rust/bin:$PATH

cd "$grader"
CARGO_TARGET_DIR=$autograder/work cargo build --release --locked --package xtask --bin xtask
# Students' programs get to see neither the reference programs nor what is expected.
chmod -R go= "$autograder/source"
# For the log of the image: what will keep programs in, if it is run as this is.
"$autograder/work/release/xtask" doctor || true
