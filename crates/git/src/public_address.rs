//! Addresses of the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns whether an address belongs to the public internet: neither to this machine, nor to a private network,
/// nor to a special purpose (IANA's registries of special-purpose addresses, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // This network, private (RFC 1918), loopback, multicast, reserved, broadcast.
        [0 | 10 | 127 | 224.., ..] | [172, 16..32, ..] | [192, 168, ..] => false,
        // Carrier-grade NAT (RFC 6598), link-local with the metadata services (RFC 3927).
        [100, 64..128, ..] | [169, 254, ..] => false,
        // Protocol assignments, 6to4 relays (RFC 7526), benchmarks (RFC 2544).
        [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..20, ..] => false,
        // Documentation (RFC 5737).
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => false,
        _ => true,
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // Mapped (RFC 4291) and translated (NAT64, RFC 6052) addresses stand for one of IPv4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        // So do addresses of 6to4 (RFC 3056).
        [0x2002, high, low, ..] => v4(high, low),
        // Protocol assignments with Teredo and ORCHID (RFC 2928), documentation (RFC 3849, 9637).
        [0x2001, 0..0x200, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        // Of the rest, only 2000::/3 is allocated for the internet (RFC 4291): neither ::1, nor
        // fc00::/7 (unique local), fe80::/10 (link-local), ff00::/8 (multicast).
        [first, ..] => first & 0xe000 == 0x2000,
    }
}
