using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Probing;

/// <summary>Makes the DNS query of a probe, and judges the answer (RFC 1035, 4.1).</summary>
internal static class DnsMessage
{
    /// <summary>Length of the size field before a message over TCP.</summary>
    public const int PrefixLength = 2;

    private const int HeaderLength = 12;
    private const int FlagsAt = 2;
    private const int RecursionDesired = 1 << 8;
    private const int IsAnswer = 1 << 15;
    private const int CodeMask = 0xF;
    private const ushort Internet = 1;
    private const int ServerFailure = 2;
    private const int Refused = 5;

    /// <summary>
    /// A query with its size field. It asks for recursion, as a resolver may refuse a query that does not. Other servers ignore
    /// the flag.
    /// </summary>
    /// <param name="name">ASCII. The configuration has checked it.</param>
    public static byte[] Query(ushort id, string name, DnsType type)
    {
        string[] labels = name == "." ? [] : name.Split('.');
        var length = HeaderLength + labels.Sum(label => 1 + label.Length) + 1 + 2 + 2;
        var message = new byte[PrefixLength + length];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)length);
        var header = message.AsSpan(PrefixLength);
        BinaryPrimitives.WriteUInt16BigEndian(header, id);
        BinaryPrimitives.WriteUInt16BigEndian(header[FlagsAt..], RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], 1);
        var rest = header[HeaderLength..];
        foreach (var label in labels)
        {
            rest[0] = (byte)label.Length;
            Encoding.ASCII.GetBytes(label, rest[1..]);
            rest = rest[(1 + label.Length)..];
        }

        BinaryPrimitives.WriteUInt16BigEndian(rest[1..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(rest[3..], Internet);
        return message;
    }

    /// <summary>Judges an answer by its header only: a server without that name also serves.</summary>
    /// <param name="answer">The answer without its size field.</param>
    /// <param name="id">The id of the query.</param>
    /// <returns>Null if the server serves; else the reason, for people.</returns>
    public static string? Failure(ReadOnlySpan<byte> answer, ushort id)
    {
        if (answer.Length < HeaderLength)
            return string.Create(CultureInfo.InvariantCulture, $"an answer of {answer.Length} bytes, which is no DNS message");
        if (BinaryPrimitives.ReadUInt16BigEndian(answer) != id) return "an answer to another query";
        var flags = BinaryPrimitives.ReadUInt16BigEndian(answer[FlagsAt..]);
        if ((flags & IsAnswer) == 0) return "a query instead of an answer";
        return (flags & CodeMask) switch
        {
            ServerFailure => "SERVFAIL",
            Refused => "REFUSED",
            _ => null,
        };
    }
}
