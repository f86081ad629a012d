using System.Net;

namespace Linux.Tests.Methods;

/// <summary>Filters, and sockets that match them or not: those of MatchTests and MatchModelTests.</summary>
internal static class FilterCases
{
    private const int Filters = 40;
    private const int BindsOfEach = 25;

    /// <summary>LIBREUSEPORT_ADDR and LIBREUSEPORT_PORT, or "-"; the address and the port of the socket.</summary>
    private const string Rows =
        """
        - - 127.0.0.1 8080
        - - 0.0.0.0 8080
        - - ::1 65535
        - - ::1 1
        - 0 127.0.0.1 8080
        - 8080 127.0.0.1 8080
        - 8080 ::1 8080
        - 8080 127.0.0.1 8081
        - 080 127.0.0.1 80
        - 80,443 127.0.0.1 443
        - 80,443 127.0.0.1 444
        - 8000-8010 127.0.0.1 7999
        - 8000-8010 127.0.0.1 8000
        - 8000-8010 127.0.0.1 8010
        - 8000-8010 127.0.0.1 8011
        - 8000-8000 127.0.0.1 8000
        - 1-65535 127.0.0.1 65535
        - 65535 127.0.0.1 65535
        - 65535 127.0.0.1 1
        - 9,8000-8010,7 127.0.0.1 7
        127.0.0.1 - 127.0.0.1 8080
        127.0.0.1 - 127.0.0.2 8080
        127.0.0.1 - 0.0.0.0 8080
        127.0.0.1 - ::1 8080
        0.0.0.0 - 0.0.0.0 8080
        0.0.0.0 - 127.0.0.1 8080
        :: - :: 8080
        :: - ::1 8080
        ::1 - ::1 8080
        0:0:0:0:0:0:0:1 - ::1 8080
        ::1 - 127.0.0.1 8080
        127.0.0.1,::1 - ::1 8080
        ::1,127.0.0.1 - 127.0.0.1 8080
        127.0.0.1,::1 - 127.0.0.2 8080
        10.0.0.0/8 - 10.255.255.255 8080
        10.0.0.0/8 - 11.0.0.0 8080
        10.1.2.3/8 - 10.9.9.9 8080
        10.1.2.3/32 - 10.1.2.3 8080
        10.1.2.3/32 - 10.1.2.2 8080
        0.0.0.0/0 - 8.8.8.8 8080
        0.0.0.0/0 - ::1 8080
        2001:db8::/33 - 2001:db8:7fff:: 8080
        2001:db8::/33 - 2001:db8:8000:: 8080
        ::/0 - 2001:db8::1 8080
        127.0.0.1 8080 127.0.0.1 8080
        127.0.0.1 8080 127.0.0.1 8081
        127.0.0.1 8080 127.0.0.2 8080
        127.0.0.1 - ::ffff:127.0.0.1 8080
        ::ffff:127.0.0.1 - 127.0.0.1 8080
        ::ffff:127.0.0.1 - ::ffff:127.0.0.1 8080
        127.0.0.1 - ::ffff:127.0.0.2 8080
        127.0.0.0/8 - ::ffff:127.1.2.3 8080
        ::ffff:127.0.0.0/104 - 127.1.2.3 8080
        ::ffff:127.0.0.0/104 - 128.1.2.3 8080
        ::ffff:0.0.0.0/96 - 8.8.8.8 8080
        0.0.0.0/0 - ::ffff:8.8.8.8 8080
        ::/0 - ::ffff:8.8.8.8 8080
        ::/0 - 8.8.8.8 8080
        127.0.0.1 - ::127.0.0.1 8080
        fc00::/7 - fdff::1 8080
        fc00::/8 - fd00::1 8080
        """;

    public static ProbeCase[] Fixed { get; } =
    [
        .. Rows.Split('\n').Select(row => row.Split(' ')).Select(row => Case(row[0], row[1], Bind(row[2], row[3]))),
        Case(Some(64, n => $"127.0.0.{n}"), Some(256, n => $"{n * 2}"), Bind("127.0.0.64", "512") + Bind("127.0.0.65", "512")),
        Case("-", Some(257, n => $"{n * 2}"), Bind("127.0.0.1", "2")),
        Case(Some(65, n => $"127.0.0.{n}"), "-", Bind("127.0.0.1", "8080")),
    ];

    public static ProbeCase[] Random { get; } = MakeRandom(new Random(20_260_101));

    private static ProbeCase[] MakeRandom(Random random) =>
        [
            .. from _ in Enumerable.Range(0, Filters)
            let networks = Some(random.Next(1, 4), _ => Network(random))
            let ports = Some(random.Next(1, 5), _ => Range(random))
            select Case(networks, ports, string.Concat(Enumerable.Range(0, BindsOfEach).Select(_ => Bind(random)))),
        ];

    private static ProbeCase Case(string addresses, string ports, string script) =>
        new($"{Variable("LIBREUSEPORT_ADDR", addresses)} {Variable("LIBREUSEPORT_PORT", ports)}", script);

    private static string Variable(string name, string value) => value == "-" ? "" : $"{name}={value}";

    private static string Bind(string address, string port)
    {
        var family = address.Contains(':', StringComparison.Ordinal) ? "inet6" : "inet";
        return $"socket {family} dgram set freebind 1 bind {address} {port} get reuseport ";
    }

    private static string Bind(Random random) => Bind(Address(random).ToString(), $"{random.Next(0, 40)}");

    private static string Some(int count, Func<int, string> item) => string.Join(',', Enumerable.Range(1, count).Select(item));

    private static string Range(Random random)
    {
        var first = random.Next(1, 40);
        return $"{first}-{random.Next(first, 42)}";
    }

    private static string Network(Random random)
    {
        var address = Address(random);
        return $"{address}/{random.Next(0, (address.GetAddressBytes().Length * 8) + 1)}";
    }

    private static IPAddress Address(Random random)
    {
        var v4 = new IPAddress([10, (byte)random.Next(2), (byte)random.Next(2), (byte)random.Next(4)]);
        if (random.Next(2) == 0) return random.Next(3) == 0 ? v4.MapToIPv6() : v4;
        var v6 = IPAddress.Parse("fd00::").GetAddressBytes();
        foreach (var (at, bits) in new[] { (1, 1), (7, 1), (8, 0x80), (15, 3) }) v6[at] = (byte)(random.Next(256) & bits);
        return new IPAddress(v6);
    }
}
