"""The rule `generic-link-text`: the words of a link say where it leads, by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from course.check.names import name_of, says_signs_only
from course.check.page import Page
from course.check.report import Severity
from course.check.rule import Fault, Rule

_LISTED = """
en: click | click here | click this | click this link | go | here | learn more | link | more | more here |
    more info | more information | read | read it | read more | read on | read this | see here | see more |
    this | this link | this page | details | continue | find out more | continue reading | watch | tap here |
    press here | here's | here it is | website | the website | our website | this website | site | this site |
    this article | the article | article | for more information | for more | more details | for details |
    you can find it here | find it here | you will find it here | it's here | click here for more information
de: hier | hier klicken | klick hier | klicken sie hier | klicke hier | hier lang | link | dieser link | mehr |
    mehr erfahren | mehr lesen | weiter | weiterlesen | lesen | mehr dazu | mehr infos | details | zum artikel |
    diese seite | jetzt klicken | mehr informationen | weitere informationen
fr: ici | cliquez ici | clique ici | cliquer ici | lien | ce lien | en savoir plus | lire la suite | lire |
    plus | lire plus | suite | voir plus | plus d'infos | plus d'informations | détails | cette page | par ici |
    savoir plus
es: aquí | haz clic aquí | haga clic aquí | clic aquí | pulsa aquí | pulse aquí | enlace | este enlace |
    leer más | lee más | más | más información | saber más | ver más | seguir leyendo | detalles | esta página |
    leer
it: qui | clicca qui | clicca | cliccare qui | link | questo link | leggi | leggi di più | leggi tutto |
    continua | scopri di più | di più | maggiori informazioni | dettagli | questa pagina | altro
pt: aqui | clique aqui | clica aqui | link | este link | leia mais | ler mais | saiba mais | saber mais | mais |
    ver mais | mais informações | continuar lendo | detalhes | esta página
nl: hier | klik hier | link | deze link | lees meer | lees verder | meer | meer lezen | meer informatie |
    meer info | details | deze pagina | verder lezen
sv: här | klicka här | länk | den här länken | läs mer | mer | mer information | läs vidare | detaljer
da: her | klik her | link | dette link | læs mere | mere | mere information | læs videre | detaljer
nb: her | klikk her | lenke | denne lenken | les mer | mer | mer informasjon | les videre | detaljer
fi: tästä | täältä | klikkaa tästä | klikkaa tätä | linkki | tämä linkki | lue lisää | lisää | lisätietoja
pl: tutaj | tu | kliknij tutaj | kliknij tu | kliknij | link | ten link | czytaj więcej | więcej |
    czytaj dalej | dowiedz się więcej | więcej informacji | szczegóły
cs: zde | tady | klikněte zde | klikni zde | odkaz | tento odkaz | číst více | více | více informací | číst dál
tr: buraya | burada | buradan | tıklayın | buraya tıklayın | buraya tıkla | bağlantı | bu bağlantı | devamı |
    devamını oku | daha fazla | daha fazla bilgi | detaylar
ru: здесь | тут | сюда | нажмите здесь | нажмите сюда | ссылка | по ссылке | эта ссылка | читать далее |
    читать | подробнее | подробности | далее | узнать больше | ещё | больше
uk: тут | сюди | натисніть тут | натисніть сюди | посилання | це посилання | читати далі | докладніше |
    детальніше
ar: هنا | اضغط هنا | انقر هنا | من هنا | اضغط | انقر | رابط | الرابط | هذا الرابط | المزيد | اقرأ المزيد |
    اقرأ | لمعرفة المزيد | للمزيد | تفاصيل | التفاصيل | تابع القراءة | اعرف المزيد | هذه الصفحة | شاهد
he: כאן | לחץ כאן | לחצו כאן | קישור | הקישור | קרא עוד | קראו עוד | עוד | למידע נוסף | פרטים
fa: اینجا | اینجا کلیک کنید | کلیک کنید | لینک | این لینک | بیشتر | ادامه مطلب | بیشتر بخوانید | اطلاعات بیشتر
hi: यहाँ | यहां | यहाँ क्लिक करें | यहां क्लिक करें | क्लिक करें | लिंक | और पढ़ें | अधिक | अधिक जानें |
    अधिक जानकारी
zh: 这里 | 點這裡 | 点这里 | 点击这里 | 點擊這裡 | 点击此处 | 點擊此處 | 此处 | 链接 | 連結 | 更多 | 阅读更多 |
    閱讀更多 | 了解更多 | 详情
ja: こちら | ここ | ここをクリック | こちらをクリック | リンク | 続きを読む | もっと読む | もっと見る | 詳細 |
    詳しくはこちら
ko: 여기 | 여기를 클릭 | 여기를 클릭하세요 | 링크 | 더 보기 | 더 읽기 | 자세히 | 자세히 보기 | 계속 읽기
"""

_GENERIC = {
    language: frozenset(" ".join(listed.split()).split(" | "))
    for language, listed in re.findall(r"^(\w+): ((?:.|\n(?!\w))+)", _LISTED, re.MULTILINE)
}
_GENERIC["no"] = _GENERIC["nn"] = _GENERIC["nb"]
_ASIDE = re.compile(r"[^\w\s'’\u0900-\u097f]+|_")


_FIX = "Make the words that name what is there the link: `Read [the guide to soil](https://…)`."
_FIX_IN_HTML = (
    'Make the words that name what is there the link: `Read <a href="…">the guide to soil</a>`, or add an `aria-label`.'
)


def generic_links(page: Page) -> Iterator[Fault]:
    """A link called only by signs, or “here”, “read more” or the like in the language of the course or in English."""
    generic = _GENERIC.get(page.language, frozenset()) | _GENERIC["en"]
    for link in page.links:
        words = " ".join(_ASIDE.sub(" ", name_of(link)).replace("’", "'").lower().split())
        if words in generic or says_signs_only(link):
            yield Fault(
                f"The link “{page.quoted(link)}” does not say where it leads.",
                _FIX if page.is_of_a_lesson(link) else _FIX_IN_HTML,
                page.place(link),
            )


RULE = Rule(
    "generic-link-text",
    Severity.WARNING,
    "Whoever goes through an email from link to link, by ear or at a glance, reads these words alone.",
    in_email=generic_links,
)
