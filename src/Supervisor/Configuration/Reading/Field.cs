using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;

namespace Reuseportd.Configuration.Reading;

/// <summary>A value with the path that leads to it.</summary>
/// <param name="Key">Place of its key; of the value itself where it is an item of a list.</param>
internal readonly record struct Field(Node Node, Place Key, string Path, Findings Findings)
{
    public bool IsNull => Node is ScalarNode { IsNull: true };

    public void Error(string message) => Findings.Error(Node.Place, Path, message);

    /// <summary>Reports what is wrong with the key rather than with its value.</summary>
    public void KeyError(string message) => Findings.Error(Key, Path, message);

    public void Warning(string message) => Findings.Warning(Key, Path, message);

    /// <summary>Reports that the value is none of those that are accepted.</summary>
    public void Refuse(string accepts) =>
        Error(IsNull ? $"has no value; accepts {accepts}" : $"accepts {accepts}, not {Node.Description}");

    /// <returns>The text, or null where there is none; that is reported then.</returns>
    public string? Text(string accepts)
    {
        if (Node is not ScalarNode { IsNull: false } scalar) Refuse(accepts);
        else if (scalar.Text.Contains('\0', StringComparison.Ordinal))
            Error("holds a NUL character, which ends a text for the kernel");
        else return scalar.Text;
        return null;
    }

    /// <param name="shape">Its keys; none for a map whose keys are names that the user gives.</param>
    public Section? Section(Shape.Map shape, string accepts = "a map")
    {
        if (Node is MapNode map) return new Section(map, Path, shape, Findings);
        Refuse(accepts);
        return null;
    }

    /// <returns>The items of a list; a single text is a list of one where <paramref name="orOne"/> says so.</returns>
    public IReadOnlyList<Field>? Items(string accepts, bool orOne = false)
    {
        if (Node is ListNode list)
        {
            var (path, findings) = (Path, Findings);
            return [.. list.Items.Select((item, index) => new Field(item, item.Place, $"{path}[{index}]", findings))];
        }

        if (orOne && Node is ScalarNode { IsNull: false }) return [this];
        Refuse(accepts);
        return null;
    }
}
