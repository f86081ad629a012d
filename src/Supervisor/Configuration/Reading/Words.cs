namespace Reuseportd.Configuration.Reading;

/// <summary>A set of accepted words, each with its meaning.</summary>
internal sealed class Words<T>(params (string Word, T Meaning)[] choices)
    where T : struct
{
    public string Accepts { get; } = string.Join(", ", choices[..^1].Select(choice => choice.Word)) + " or " + choices[^1].Word;

    public Shape.Choice Shape { get; } = new([.. choices.Select(choice => choice.Word)]);

    public string? WordFor(T meaning) => choices.FirstOrDefault(choice => choice.Meaning.Equals(meaning)).Word;

    public T? TryParse(string text)
    {
        foreach (var (word, meaning) in choices)
        {
            if (word == text) return meaning;
        }

        return null;
    }

    public T? Read(Section section, Key key) => section.Find(key) is { } field ? Read(field) : null;

    public T? Read(Field field)
    {
        if (field.Text(Accepts) is not { } text) return null;
        var meaning = TryParse(text);
        if (meaning is null) field.Refuse(Accepts);
        return meaning;
    }
}
