using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>
/// Checks that all workers on one port run as one user: the kernel refuses a socket of another user with EADDRINUSE. A filter
/// <c>any</c> is not checked, because the text does not tell which sockets it will match.
/// </summary>
internal static class SharedPorts
{
    public static void Check(IReadOnlyList<ReadService> services, Findings findings)
    {
        var checkable = services.Where(service => service is { UserId: not null, Sharding.Spec.Ports.IsAny: false }).ToArray();
        if (checkable.Select(service => service.UserId).Distinct().Count() < 2) return;
        for (var at = 1; at < checkable.Length; at++)
        {
            for (var before = 0; before < at; before++)
            {
                if (!Clash(checkable[before], checkable[at], out var port)) continue;
                Report(checkable[before], checkable[at], port, findings);
                break;
            }
        }
    }

    private static bool Clash(ReadService first, ReadService second, out int port)
    {
        port = 0;
        var (one, other) = (first.Sharding!, second.Sharding!);
        return first.UserId != second.UserId
               && SamePort(one.Spec.Ports, other.Spec.Ports, out port)
               && SameInterface(one.Spec.Interface, other.Spec.Interface)
               && SameAddress(one.Addresses, other.Addresses);
    }

    private static bool SamePort(PortFilter one, PortFilter other, out int port)
    {
        foreach (var left in one.Ranges)
        {
            foreach (var right in other.Ranges)
            {
                port = Math.Max(left.First, right.First);
                if (port <= Math.Min(left.Last, right.Last)) return true;
            }
        }

        port = 0;
        return false;
    }

    /// <summary>A socket that is not bound to an interface conflicts with sockets of every interface.</summary>
    private static bool SameInterface(string? one, string? other) => one is null || other is null || one == other;

    private static bool SameAddress(IReadOnlyList<AddressRange> one, IReadOnlyList<AddressRange> other) =>
        one.Count == 0 || other.Count == 0 || one.Any(left => other.Any(right => left.Overlaps(right)));

    private static void Report(ReadService first, ReadService second, int port, Findings findings)
    {
        // An anchor puts ports of two services in one place; the names have places of their own.
        var place = first.Sharding!.Place == second.Sharding!.Place ? second.Place : second.Sharding.Place;
        findings.Error(
            place,
            second.Sharding.Path,
            string.Create(CultureInfo.InvariantCulture, $"port {port} is also sharded by {Name(first)} (at {first.Place}), ")
            + $"which runs as {User(first)}, but {Name(second)} runs as {User(second)}; "
            + "all workers on one port must run as one user");
    }

    private static string Name(ReadService service) => $"'{Printable.Text(service.Spec.Name)}'";

    private static string User(ReadService service) =>
        service.Spec.Process.User is { } name
            ? $"'{Printable.Text(name)}'"
            : string.Create(CultureInfo.InvariantCulture, $"the daemon's user {service.UserId}");
}
