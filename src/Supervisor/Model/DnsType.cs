namespace Reuseportd.Model;

/// <summary>Types of DNS records, by their numbers (RFC 1035, RFC 3596, RFC 2782).</summary>
internal enum DnsType : ushort
{
    A = 1,
    Ns = 2,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Mx = 15,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
}
