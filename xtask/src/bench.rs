//! x
use crate::trouble::Trouble;
/// x
#[derive(clap::Args)]
pub struct Bench {}
impl Bench {
    /// x
    /// # Errors
    /// x
    pub async fn run(self) -> Result<std::process::ExitCode, Trouble> {
        Ok(0.into())
    }
}
