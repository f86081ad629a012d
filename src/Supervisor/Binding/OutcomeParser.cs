using System.Diagnostics.CodeAnalysis;
using System.Text;
using Reuseportd.Model;

namespace Reuseportd.Binding;

/// <summary>
/// Parses the lines that the preload library writes to a worker's stderr. An incomplete line counts as the worker's own output:
/// half an outcome would make a worker ready that does not serve.
/// </summary>
internal static class OutcomeParser
{
    private const int LongestSubject = 64;

    private static ReadOnlySpan<byte> Prefix => "libreuseport:"u8;

    /// <summary>Parses a line without its newline. Never throws, and allocates nothing for a line of the worker's own.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, [NotNullWhen(true)] out BindOutcome? outcome)
    {
        outcome = null;
        if (!IsAtStart(line)) return false;

        var rest = line[Prefix.Length..];
        var colon = rest.IndexOf((byte)':');
        if (colon <= 0) return false;
        var subject = rest[..colon];
        var text = rest[(colon + 1)..];

        outcome = subject.SequenceEqual("loaded"u8) ? Loaded(text)
            : subject.SequenceEqual("bind"u8) ? OfSocket(OutcomeKind.Bind, text)
            : subject.SequenceEqual("lost"u8) ? Lost(text)
            : subject.SequenceEqual("listen"u8) ? OfSocket(OutcomeKind.Listen, text)
            : Error(subject, text);
        return outcome is not null;
    }

    /// <summary>True if a line begins with the library's prefix.</summary>
    public static bool IsAtStart(ReadOnlySpan<byte> line) => line.StartsWith(Prefix);

    /// <summary>True if one of several lines may be the library's. If false, the caller need not parse any of them.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> lines) => lines.IndexOf(Prefix) >= 0;

    /// <summary>
    /// Finds an outcome that follows other text on the same line. If a program prints "Starting... " without a newline and then
    /// binds, the library's write(2) follows that text.
    /// </summary>
    /// <param name="own">Bytes at the start of the line that the worker wrote; 0 if the whole line is an outcome.</param>
    public static bool TryFind(ReadOnlySpan<byte> line, out int own, [NotNullWhen(true)] out BindOutcome? outcome)
    {
        own = line.IndexOf(Prefix);
        outcome = null;
        return own >= 0 && TryParse(line[own..], out outcome);
    }

    private static BindOutcome? Loaded(ReadOnlySpan<byte> text) =>
        OutcomeFields.TryRead(text, out var fields) && fields.Has(OutcomeField.Pid | OutcomeField.Version)
            ? new BindOutcome(OutcomeKind.Loaded, fields.Pid, Socket: null, "ok", Encoding.ASCII.GetString(fields.Version))
            : null;

    private static BindOutcome? Lost(ReadOnlySpan<byte> text) =>
        OutcomeFields.TryRead(text, out var fields) && fields.Has(OutcomeField.Pid | OutcomeField.Lines)
            ? new BindOutcome(OutcomeKind.Lost, fields.Pid, Socket: null, Result: "", Subject: "") { LostLines = fields.Lines }
            : null;

    private static BindOutcome? OfSocket(OutcomeKind kind, ReadOnlySpan<byte> text)
    {
        var ofKind = kind == OutcomeKind.Listen
            ? OutcomeField.Backlog
            : OutcomeField.ReusePort | OutcomeField.ReuseAddress | OutcomeField.Device;
        if (!OutcomeFields.TryRead(text, out var fields) || !fields.Has(OutcomeField.OfSocket | ofKind)) return null;

        return new BindOutcome(kind, fields.Pid, fields.ToSocket(), OutcomeWords.Result(fields.Result), Subject: "");
    }

    /// <summary>Parses <c>SO_REUSEPORT:Protocol not available</c>: an option or variable, then free text.</summary>
    private static BindOutcome? Error(ReadOnlySpan<byte> subject, ReadOnlySpan<byte> text) =>
        subject.Length <= LongestSubject && OutcomeWords.IsVariable(subject) && !text.IsEmpty
            ? new BindOutcome(
                OutcomeKind.Error, Pid: 0, Socket: null, Encoding.UTF8.GetString(text), Encoding.ASCII.GetString(subject))
            : null;
}
