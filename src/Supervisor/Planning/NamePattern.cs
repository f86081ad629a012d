using System.Globalization;
using Reuseportd.Model;

namespace Reuseportd.Planning;

/// <summary>
/// What a person calls workers by: a service (<c>web</c>, all its workers), a worker (<c>web@2</c>), or either with the wildcards
/// of a shell, <c>*</c> <c>?</c> <c>[a-c]</c> <c>[!a-c]</c>, each of which stands for characters of one side of the '@'.
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

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Whether it may stand for more than what is called just so.</summary>
    public bool HasWildcards => Text.AsSpan().IndexOfAny("*?[") >= 0;

    /// <summary>The one service that it may stand for, or whose worker; null where it has wildcards.</summary>
    public string? Service => HasWildcards ? null : _service;

    /// <summary>The one number that fits behind the '@'; null where others may, or none.</summary>
    public int? Index => _index;

    /// <summary>Whether it stands for services as such, and so for all workers of those that it fits.</summary>
    public bool IsOfServices => _worker is null;

    /// <summary>Whether the side before the '@' fits; of a worker's name, that is half of it.</summary>
    public bool FitsService(string service) => Glob.Fits(_service, service);

    public bool Fits(WorkerName worker) => FitsService(worker.Service) && FitsIndex(worker.Index);

    /// <summary>Whether the side behind the '@' fits, which a service's name does not have.</summary>
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
