//! Compiles the crate again when a file is added to or removed from the embedded templates.

fn main() {
    println!("cargo::rerun-if-changed=templates");
}
