using System.Globalization;

namespace Reuseportd.Model;

/// <summary>
/// A name of workers in a command: a service (<c>web</c>, all its workers), a worker (<c>web@2</c>), or either with wildcards:
/// <c>*</c> <c>?</c> <c>[a-c]</c> <c>[!a-c]</c>. A wildcard matches characters on its side of the '@' only.
/// </summary>
internal sealed record NamePattern
{
    private readonly string _service;
    private readonly string? _worker;
    private readonly int? _index;

    public NamePattern(string text)
    {
        Text = text;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        (_service, _worker) = at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
        if (int.TryParse(_worker, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && index.ToString(CultureInfo.InvariantCulture) == _worker) _index = index;
    }

    /// <summary>The name as the user wrote it.</summary>
    public string Text { get; }

    /// <summary>True if the pattern may match more than one name.</summary>
    public bool HasWildcards => Text.AsSpan().IndexOfAny("*?[") >= 0;

    /// <summary>The only service that the pattern may match; null with wildcards.</summary>
    public string? Service => HasWildcards ? null : _service;

    /// <summary>The only worker number that the pattern may match; null if it may match several numbers, or none.</summary>
    public int? Index => _index;

    /// <summary>True if the pattern has no '@'. It then matches all workers of each matching service.</summary>
    public bool IsOfServices => _worker is null;

    /// <summary>True if the side before the '@' matches.</summary>
    public bool FitsService(string service) => Glob.Fits(_service, service);

    public bool Fits(WorkerName worker) => FitsService(worker.Service) && FitsIndex(worker.Index);

    /// <summary>True if the side behind the '@' matches, or the pattern has no such side.</summary>
    public bool FitsIndex(int index)
    {
        if (_worker is null) return true;
        if (_index is { } exact) return exact == index;
        Span<char> digits = stackalloc char[11];
        index.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        return Glob.Fits(_worker, digits[..length]);
    }

    public override string ToString() => Text;
}
