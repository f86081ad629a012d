using System.Net;

namespace Preload.Tests;

/// <summary>Filters compared with a model of their meaning.</summary>
public class MatchModelTests
{
    [Fact]
    public void Bind_RandomFilters_MatchAsTheModel()
    {
        var random = new Random(20_260_101);
        var questions = Enumerable.Range(0, 4_000).Select(_ => Question(random)).ToList();

        var answers = Matcher.Ask(questions.Select(question => question.Text));

        Assert.InRange(questions.Count(question => question.Expected), 400, 3_600);
        Assert.Equal(
            questions.Select(question => $"{question.Text}\t{(question.Expected ? 1 : 0)}"),
            questions.Zip(answers, (question, answer) => $"{question.Text}\t{answer}"));
    }

    private static (string Text, bool Expected) Question(Random random)
    {
        var (ports, port) = (Some(random, 4, Range), random.Next(0, 40));
        var (networks, address) = (Some(random, 3, Network), Address(random));

        var portMatches = port != 0 && ports.Any(range => port >= range.First && port <= range.Last);
        var addressMatches = networks.Any(network => Holds(network, Plain(address)) || Holds(network, address));

        var portText = ports.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}");
        return ($"{string.Join(',', networks)}\t{string.Join(',', portText)}\t{address}\t{port}", portMatches && addressMatches);
    }

    private static List<T> Some<T>(Random random, int most, Func<Random, T> one) =>
        Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => one(random)).ToList();

    private static (int First, int Last) Range(Random random)
    {
        var first = random.Next(1, 40);
        return (first, random.Next(first, 42));
    }

    private static IPAddress Address(Random random)
    {
        var v4 = new IPAddress([10, (byte)random.Next(2), (byte)random.Next(2), (byte)random.Next(4)]);
        if (random.Next(2) == 0) return random.Next(3) == 0 ? v4.MapToIPv6() : v4;
        var v6 = IPAddress.Parse("fd00::").GetAddressBytes();
        foreach (var (at, bits) in new[] { (1, 1), (7, 1), (8, 0x80), (15, 3) }) v6[at] = (byte)(random.Next(256) & bits);
        return new IPAddress(v6);
    }

    private static IPNetwork Network(Random random)
    {
        var bytes = Plain(Address(random)).GetAddressBytes();
        var bits = random.Next(0, (bytes.Length * 8) + 1);
        for (var bit = bits; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), bits);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Bit by bit, with no notion of mapped addresses.</summary>
    private static bool Holds(IPNetwork network, IPAddress address)
    {
        var (left, right) = (network.BaseAddress.GetAddressBytes(), address.GetAddressBytes());
        return left.Length == right.Length
               && Enumerable.Range(0, network.PrefixLength)
                   .All(bit => ((left[bit / 8] ^ right[bit / 8]) & (0x80 >> (bit % 8))) == 0);
    }
}
