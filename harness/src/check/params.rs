//! Parameters: values of an exercise that checks and transcripts name instead of spelling out.

use super::data::Encoding;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The value of one parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Parameter {
    /// A number, a port for instance.
    Number(u32),
    /// A text or an address.
    Text(String),
    /// A text in another encoding than UTF-8.
    Encoded {
        /// Its characters.
        text: String,
        /// How they become bytes.
        encoding: Encoding,
    },
}

impl Parameter {
    /// As it stands in arguments, and as it is shown to a person.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) | Self::Encoded { text, .. } => text.clone(),
        }
    }

    /// As it is sent or typed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Number(_) | Self::Text(_) => self.text().into_bytes(),
            Self::Encoded { text, encoding } => encoding.encode(text),
        }
    }
}

/// As reports name it.
impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Encoded { text, encoding } => write!(f, "{text} as {encoding}"),
        }
    }
}

/// The parameters of an exercise by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Parameters(pub BTreeMap<String, Parameter>);

/// A line of a check cannot be carried out as it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// `{name}` stands for nothing.
    #[error("there is no parameter `{{{name}}}`; exercise.toml has: {known}")]
    NoSuchParameter {
        /// The name that was used.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// An address that is none.
    #[error("`{text}` is not an address: expected IP:PORT, *:PORT or PORT, with a port from 1 to 65535")]
    NotAnEndpoint {
        /// The text, with parameters replaced.
        text: String,
    },
}

impl Parameters {
    /// The value of a parameter.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn get(&self, name: &str) -> Result<&Parameter, ResolveError> {
        self.0.get(name).ok_or_else(|| ResolveError::NoSuchParameter {
            name: name.to_owned(),
            known: self.0.keys().map(|key| format!("{{{key}}}")).collect::<Vec<_>>().join(", "),
        })
    }

    /// The parameter whose value is this port.
    #[must_use]
    pub fn naming_port(&self, port: u16) -> Option<&str> {
        self.naming(|value| matches!(value, Parameter::Number(number) if *number == u32::from(port)))
    }

    /// The parameter whose value is this address.
    #[must_use]
    pub fn naming_ip(&self, ip: IpAddr) -> Option<&str> {
        self.naming(|value| matches!(value, Parameter::Text(text) if text.parse() == Ok(ip)))
    }

    /// The parameter whose value is exactly this text, in its encoding.
    #[must_use]
    pub fn naming_text(&self, bytes: &[u8]) -> Option<&str> {
        self.naming(|value| match value {
            Parameter::Number(_) => false,
            Parameter::Text(text) => text.as_bytes() == bytes,
            Parameter::Encoded { .. } => value.bytes() == bytes,
        })
    }

    /// The values that are IP addresses.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> {
        self.0.values().filter_map(|value| match value {
            Parameter::Text(text) => text.parse().ok(),
            Parameter::Number(_) | Parameter::Encoded { .. } => None,
        })
    }

    fn naming(&self, is: impl Fn(&Parameter) -> bool) -> Option<&str> {
        self.0.iter().find(|(_, value)| is(value)).map(|(name, _)| name.as_str())
    }
}

/// A word in which `{name}` stands for a parameter: `{ip}:{port}`, `{port}`, `8080`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(pub String);

impl Template {
    /// The word with every parameter replaced by its value.
    ///
    /// # Errors
    /// When it names a parameter that does not exist.
    pub fn resolve(&self, params: &Parameters) -> Result<String, ResolveError> {
        let mut out = String::new();
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            out.push_str(before);
            out.push_str(&params.get(name)?.text());
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The address that the word stands for. `default` is the address of a bare port; `*` is every address.
    ///
    /// # Errors
    /// When a parameter is missing, or when it is no address.
    pub fn endpoint(&self, params: &Parameters, default: IpAddr) -> Result<SocketAddr, ResolveError> {
        let text = self.resolve(params)?;
        let bad = || ResolveError::NotAnEndpoint { text: text.clone() };
        let addr = if let Ok(port) = text.parse() {
            SocketAddr::new(default, port)
        } else if let Some(port) = text.strip_prefix("*:") {
            SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port.parse().map_err(|_| bad())?)
        } else {
            text.parse().map_err(|_| bad())?
        };
        if addr.port() == 0 { Err(bad()) } else { Ok(addr) }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> Parameters {
        Parameters(BTreeMap::from([
            ("ip".into(), Parameter::Text("192.168.1.103".into())),
            ("port".into(), Parameter::Number(8080)),
        ]))
    }

    #[test]
    fn endpoints_are_resolved() {
        let default = "10.0.0.1".parse().unwrap();
        for (text, expected) in [
            ("{ip}:{port}", "192.168.1.103:8080"),
            ("{port}", "10.0.0.1:8080"),
            ("*:99", "0.0.0.0:99"),
            ("[::1]:5", "[::1]:5"),
        ] {
            assert_eq!(Template(text.into()).endpoint(&params(), default), Ok(expected.parse().unwrap()));
        }
    }

    #[test]
    fn a_text_in_another_encoding_is_sent_in_it_and_shown_as_it_is_read() {
        let answer: Parameter = serde_json::from_str(r#"{"text": "你好", "encoding": "gbk"}"#).unwrap();
        let params = Parameters(BTreeMap::from([("answer".into(), answer.clone())]));
        let gbk = [0xc4, 0xe3, 0xba, 0xc3];
        assert_eq!(
            (answer.text(), answer.bytes(), answer.to_string()),
            ("你好".into(), gbk.into(), "你好 as gbk".into())
        );
        assert_eq!((params.naming_text(&gbk), params.naming_text("你好".as_bytes())), (Some("answer"), None));
        assert_eq!(Template("{answer}".into()).resolve(&params), Ok("你好".into()));
    }

    #[test]
    fn a_missing_parameter_is_named_with_those_that_exist() {
        let error = Template("{prot}".into()).resolve(&params()).unwrap_err();
        assert_eq!(error.to_string(), "there is no parameter `{prot}`; exercise.toml has: {ip}, {port}");
    }

    #[test]
    fn port_0_and_99999_are_no_ports() {
        for text in ["0", "99999", "{ip}:0", "nonsense"] {
            let error = Template(text.into()).endpoint(&params(), Ipv4Addr::LOCALHOST.into()).unwrap_err();
            assert!(matches!(error, ResolveError::NotAnEndpoint { .. }), "{text}");
        }
    }
}
