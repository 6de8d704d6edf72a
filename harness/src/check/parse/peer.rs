//! What a peer does.

use super::super::error::CheckError;
use super::super::params::Template;
use super::super::stimulus::Action;
use super::line::Line;

/// What a peer can do, for messages.
const ACTIONS: [&str; 9] = [
    "binds udp IP:PORT",
    "listens on tcp IP:PORT",
    "connects to PORT",
    "sends DATA",
    "shuts down sending",
    "closes",
    "resets",
    "stops reading",
    "reads again",
];

const ENDPOINTS: [&str; 4] = ["PORT", "IP:PORT", "*:PORT", "{port}"];

impl Line<'_> {
    pub(super) fn action(&mut self) -> Result<Action, Box<CheckError>> {
        let Some(verb) = self.word() else {
            return Err(self.error_here("what does the peer do?", &ACTIONS));
        };
        self.at += 1;
        let form = ACTIONS.iter().find(|form| form.starts_with(&format!("{verb} ")) || **form == verb);
        let Some(form) = form else {
            self.at -= 1;
            return Err(self.error_here(&format!("no peer `{verb}`"), &ACTIONS));
        };
        let form = std::slice::from_ref(form);
        Ok(match verb.as_str() {
            "binds" => {
                self.expect("udp", form)?;
                Action::BindsUdp(self.endpoint()?)
            }
            "listens" => {
                self.expect("on", form)?;
                self.expect("tcp", form)?;
                Action::ListensTcp(self.endpoint()?)
            }
            "connects" => {
                self.expect("to", form)?;
                let to = self.endpoint()?;
                let sends = if self.takes("and") {
                    self.expect("sends", &["connects to PORT and sends DATA"])?;
                    Some(self.data()?)
                } else {
                    None
                };
                Action::Connects { to, sends }
            }
            "sends" => {
                let mut data = self.list()?;
                match data.pop() {
                    Some(only) if data.is_empty() && !self.takes("to") => Action::Sends(only),
                    last => {
                        // Several are datagrams, and those go somewhere.
                        if !data.is_empty() {
                            self.expect("to", &["sends DATA, DATA to PORT"])?;
                        }
                        data.extend(last);
                        Action::SendsTo { data, to: self.endpoint()? }
                    }
                }
            }
            "shuts" => {
                self.expect("down", form)?;
                self.expect("sending", form)?;
                Action::ShutsDownSending
            }
            "closes" => Action::Closes,
            "resets" => Action::Resets,
            "stops" => {
                self.expect("reading", form)?;
                Action::StopsReading
            }
            _ => {
                self.expect("again", form)?;
                Action::ReadsAgain
            }
        })
    }

    fn endpoint(&mut self) -> Result<Template, Box<CheckError>> {
        let word = self.word().ok_or_else(|| self.error_here("an address must stand here", &ENDPOINTS))?;
        self.at += 1;
        Ok(Template(word))
    }
}
