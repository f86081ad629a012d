namespace Reuseportd.Api.Live;

/// <summary>A value that the page shows: a number, a text or nothing.</summary>
internal readonly record struct LiveValue(double? Number, string? Text)
{
    public bool IsNothing => Number is null && Text is null;

    public static implicit operator LiveValue(double? number) => new(number, null);

    public static implicit operator LiveValue(int number) => new(number, null);

    public static implicit operator LiveValue(string? text) => new(null, text);

    /// <summary>1 or nothing.</summary>
    public static implicit operator LiveValue(bool isTrue) => new(isTrue ? 1 : null, null);
}

/// <summary>A column of a table, and how a value of it is found.</summary>
internal sealed record LiveField<T>(string Name, Func<T, LiveValue> Of)
{
    public static LiveValue[] Row(IReadOnlyList<LiveField<T>> fields, T source)
    {
        var row = new LiveValue[fields.Count];
        for (var field = 0; field < row.Length; field++) row[field] = fields[field].Of(source);
        return row;
    }
}

/// <summary>Rows by name. Immutable.</summary>
/// <param name="Fields">The names of the values of a row.</param>
internal sealed record LiveTable(IReadOnlyList<string> Fields, IReadOnlyDictionary<string, LiveValue[]> Rows);
