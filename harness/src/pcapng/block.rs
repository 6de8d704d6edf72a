//! The blocks of a pcapng file, little-endian. Three kinds are enough: a section header, an interface, packets.

/// Block types and options by their numbers in the format.
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const OPT_COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
const IF_NAME: u16 = 2;
const IF_TSRESOL: u16 = 9;

/// Tells the two byte orders apart.
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
/// Packets begin with the IP header: the loopback device's Ethernet header is all zeros, and nobody misses it.
const LINKTYPE_RAW: u16 = 101;
/// Time stamps count units of 10⁻⁹ seconds.
const NANOSECONDS: u8 = 9;
/// The longest value of an option that is a whole number of 32-bit words.
const OPTION_MAX: usize = 65_532;

/// Blocks, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks(Vec<u8>);

impl Blocks {
    /// The head of the file.
    pub(super) fn section(&mut self, comment: &str) {
        let mut body = Vec::new();
        body.extend(BYTE_ORDER_MAGIC.to_le_bytes());
        body.extend([1_u16, 0].map(u16::to_le_bytes).concat());
        // The section's length is not given: -1.
        body.extend((-1_i64).to_le_bytes());
        option(&mut body, OPT_COMMENT, cut(comment).as_bytes());
        option(&mut body, SHB_USERAPPL, b"Netlings");
        end_of_options(&mut body);
        self.block(SECTION_HEADER, &body);
    }

    /// The lab's loopback device. Packets are of the interface that was described first.
    pub(super) fn interface(&mut self) {
        let mut body = Vec::new();
        // Link type, two reserved bytes, and the snapshot length: 0, no packet is cut.
        body.extend([LINKTYPE_RAW, 0, 0, 0].map(u16::to_le_bytes).concat());
        option(&mut body, IF_NAME, b"lo");
        option(&mut body, IF_TSRESOL, &[NANOSECONDS]);
        end_of_options(&mut body);
        self.block(INTERFACE_DESCRIPTION, &body);
    }

    /// A packet, captured `at_ns` nanoseconds after the epoch.
    pub(super) fn packet(&mut self, at_ns: u64, bytes: &[u8], comments: &[String]) {
        let interface = 0_u32;
        let len = bytes.len() as u32;
        let fields = [interface, (at_ns >> 32) as u32, at_ns as u32, len, len];
        let mut body = fields.map(u32::to_le_bytes).concat();
        body.extend(bytes);
        pad(&mut body);
        for comment in comments {
            option(&mut body, OPT_COMMENT, cut(comment).as_bytes());
        }
        if !comments.is_empty() {
            end_of_options(&mut body);
        }
        self.block(ENHANCED_PACKET, &body);
    }

    pub(super) fn append(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A block's length stands before and behind its body, so that a file can be read backwards.
    fn block(&mut self, kind: u32, body: &[u8]) {
        let len = (body.len() as u32 + 12).to_le_bytes();
        self.0.extend(kind.to_le_bytes());
        self.0.extend(len);
        self.0.extend(body);
        self.0.extend(len);
    }
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    body.extend(value);
    pad(body);
}

fn end_of_options(body: &mut Vec<u8>) {
    body.extend([0; 4]);
}

/// Everything begins at a multiple of 32 bits.
fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

/// A text as long as an option can be.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(OPTION_MAX)]
}
