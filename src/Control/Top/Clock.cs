namespace Reuseportd.Control.Top;

/// <summary>The time of day of a time in ISO 8601, such as <c>20:15:59</c>, in UTC; pure.</summary>
internal static class Clock
{
    private const int Start = 11;
    private const int Length = 8;

    public static string Of(string time) => time.Length >= Start + Length ? time.Substring(Start, Length) : time;
}
