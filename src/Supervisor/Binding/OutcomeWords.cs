using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Reuseportd.Binding;

/// <summary>Validates the single words of an outcome line, and holds one string for each frequent word.</summary>
internal static class OutcomeWords
{
    private static readonly SearchValues<byte> Upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);
    private static readonly SearchValues<byte> Variable = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"u8);
    private static readonly SearchValues<byte> Lower = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-"u8);
    private static readonly SearchValues<byte> Hexadecimal = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    public static OutcomeField Field(ReadOnlySpan<byte> key) =>
        key.SequenceEqual("pid"u8) ? OutcomeField.Pid
        : key.SequenceEqual("fd"u8) ? OutcomeField.FileDescriptor
        : key.SequenceEqual("inode"u8) ? OutcomeField.Inode
        : key.SequenceEqual("family"u8) ? OutcomeField.Family
        : key.SequenceEqual("type"u8) ? OutcomeField.Type
        : key.SequenceEqual("addr"u8) ? OutcomeField.Address
        : key.SequenceEqual("port"u8) ? OutcomeField.Port
        : key.SequenceEqual("matched"u8) ? OutcomeField.Matched
        : key.SequenceEqual("reuseport"u8) ? OutcomeField.ReusePort
        : key.SequenceEqual("reuseaddr"u8) ? OutcomeField.ReuseAddress
        : key.SequenceEqual("device"u8) ? OutcomeField.Device
        : key.SequenceEqual("backlog"u8) ? OutcomeField.Backlog
        : key.SequenceEqual("result"u8) ? OutcomeField.Result
        : key.SequenceEqual("version"u8) ? OutcomeField.Version
        : key.SequenceEqual("lines"u8) ? OutcomeField.Lines
        : OutcomeField.None;

    public static bool IsWord(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(Lower);

    public static bool IsPrintable(ReadOnlySpan<byte> text) =>
        !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    public static bool IsVariable(ReadOnlySpan<byte> text) =>
        !text.IsEmpty && char.IsAsciiLetterUpper((char)text[0]) && !text.ContainsAnyExcept(Variable);

    /// <summary><c>ok</c>, the name of an errno, or the number of an errno that has no name.</summary>
    public static bool IsResult(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("ok"u8)
        || (!text.IsEmpty && !text.ContainsAnyExcept(Upper)
            && (text[0] == (byte)'E' || !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')));

    /// <summary>An address as inet_ntop(3) writes it; an IPv6 address may have a scope.</summary>
    public static bool IsAddress(ReadOnlySpan<byte> text, ReadOnlySpan<byte> family)
    {
        if (family.SequenceEqual("inet"u8))
        {
            // IPAddress.TryParse also takes the short, octal and hexadecimal forms of inet_aton(3).
            Span<byte> canonical = stackalloc byte[16];
            return IPAddress.TryParse(text, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork
                   && v4.TryFormat(canonical, out var length) && text.SequenceEqual(canonical[..length]);
        }

        var scope = text.IndexOf((byte)'%');
        if (scope >= 0 && !IsPrintable(text[(scope + 1)..])) return false;
        var bare = scope < 0 ? text : text[..scope];
        return !bare.ContainsAnyExcept(Hexadecimal)
               && IPAddress.TryParse(bare, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6;
    }

    public static string Family(ReadOnlySpan<byte> text) => text.SequenceEqual("inet"u8) ? "inet" : "inet6";

    public static string Type(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("stream"u8) ? "stream" : text.SequenceEqual("dgram"u8) ? "dgram" : Encoding.ASCII.GetString(text);

    public static string Result(ReadOnlySpan<byte> text) => text.SequenceEqual("ok"u8) ? "ok" : Encoding.ASCII.GetString(text);
}
