using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;

namespace Reuseportd.Configuration.Reading;

/// <summary>A value, with the path of keys to it.</summary>
/// <param name="Key">Place of the key; for an item of a list, the place of the value.</param>
internal readonly record struct Field(Node Node, Place Key, string Path, Findings Findings)
{
    public bool IsNull => Node is ScalarNode { IsNull: true };

    public void Error(string message) => Findings.Error(Node.Place, Path, message);

    /// <summary>Reports an error at the key instead of at its value.</summary>
    public void KeyError(string message) => Findings.Error(Key, Path, message);

    public void Warning(string message) => Findings.Warning(Key, Path, message);

    /// <summary>Reports that the value is not an accepted one.</summary>
    public void Refuse(string accepts) =>
        Error(IsNull ? $"has no value; accepts {accepts}" : $"accepts {accepts}, not {Node.Description}");

    /// <returns>The text; null if the value is not text, which is reported.</returns>
    public string? Text(string accepts)
    {
        if (Node is not ScalarNode { IsNull: false } scalar) Refuse(accepts);
        else if (scalar.Text.Contains('\0', StringComparison.Ordinal))
            Error("contains a NUL character, which would end the text");
        else return scalar.Text;
        return null;
    }

    /// <param name="shape">Its keys; empty for a map whose keys are names that the user chooses.</param>
    public Section? Section(Shape.Map shape, string accepts = "a map")
    {
        if (Node is MapNode map) return new Section(map, Path, shape, Findings);
        Refuse(accepts);
        return null;
    }

    /// <returns>The items of a list; with <paramref name="orOne"/>, a single text counts as a list of one item.</returns>
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
