"""First names usual in France: they tell the order of the words of a name, and a name in small letters."""

from __future__ import annotations

from orchestrator.assist.reader.words import word_set

FIRST_NAMES = word_set(
    """
    adam adele adeline adrien agathe agnes ahmed aicha aida aissatou alain albane albert alexandra alexandre
    alexia alexis alice alicia aline alix alma amandine amaury ambre amel amelie amina amine anais anastasia andre
    andrea andree ange angela angele angelique anissa anita anjali anna annabelle anne annette annick annie
    anthony antoine antonin antonio apolline ariane arlette armand armelle arnaud arthur asma assia astrid aude
    audrey augustin aurelie aurelien aurore axel axelle ayoub baptiste barbara bastien beatrice benedicte benjamin
    benoit berenice bernadette bernard bertrand bilal blandine boris brahim brice brigitte bruno camelia camille
    candice capucine carine carla carole caroline cassandra catherine cecile cedric celeste celestine celia celine
    chantal charlene charles charline charlotte chloe christel christele christelle christian christiane christine
    christophe cindy claire clara clarisse claude claudette claudia claudie claudine clemence clement clementine
    cloe clotilde colette coline constance coralie corentin corinne cyril cyrille damien daniel daniele danielle
    dany david deborah delphine denis denise diana diane didier djamila dominique dorothee driss edith edouard
    elena eleonore eliane elias elina elisa elisabeth elise eliott ella elodie eloise elsa emeline emilie emilien
    emma emmanuel emmanuelle enzo eric erica erika ernest estelle esther etienne eva eve evelyne fabien fabienne
    fabrice fadila fanny farah farid fatiha fatima fatou fatoumata faustine felix ferdinand fernand fernande fiona
    flavie flora flore florence florent florian florine france franck francois francoise frederic frederique
    gabriel gabrielle gael gaelle gaetan gaspard gautier genevieve geoffrey georges georgette gerald geraldine
    gerard germaine ghislain ghislaine gilbert gilberte gilles ginette gisele gladys gregoire gregory guillaume
    gustave gwenaelle hadrien hakim hamid hanane hanna hassan helena helene heloise henri henriette herve hicham
    hubert hugo hugues ibrahim ibtissem ida iman imane ines ingrid irene iris isabelle isaure ismael ivan jacky
    jacqueline jacques jade jamila janine jasmine jean jeanine jeanne jeannine jennifer jeremie jeremy jerome
    jessica joan joel joelle johan johanna johanne jonathan jordan josephine joseph josette josiane joy judith
    jules julia julian juliana julie julien juliette justin justine kamel karim karima karine katia katy kelly
    kenza kevin khadija khaled laetitia laila lamia lara laura laure laurence laurent laurie laurine lea leila
    lena leo leon leonie leslie leticia lila lilian liliane lilou lina linda lionel lisa lise loan loic lola lou
    louane louis louisa louise luc luca lucas lucette lucie lucien lucienne lucile ludivine ludovic lydia lydie
    lylia madeleine mael maelle maelys maeva magali magalie mahe maite malik malika mamadou manon manuel manuela
    marc marcel marcelle margaux margot marguerite maria mariam mariama marianne marie marielle marina marine
    marion marius marjorie marlene martial martin martine maryline maryse maryvonne mateo mathias mathieu mathilde
    mathis matthias matthieu maud maurice maxence maxime melanie melina meline melissa melodie meriem michael
    michel michele micheline michelle mickael miguel mireille miriam mohamed mohammed moise mona monique morgan
    morgane mouna mourad moussa murielle muriel mustapha mylene myriam nabil nadege nadia nadine naima nassima
    natacha natalia nathalie nathan nawel nelly nicolas nicole nina noah noe noel noelle noemie nolan nora nordine
    norbert oceane odette odile olga olive olivia olivier ophelie oriane oscar oumar ousmane paola pascal pascale
    patrice patricia patrick paul paula paule paulette pauline pedro perrine philippe pierre pierrette priscilla
    prune quentin rachel rachid rachida raphael raphaelle raymond raymonde rebecca regine regis remi remy rene
    renee richard rita robert robin rodolphe rodrigue roger roland rolande romain romane romeo romuald ronan rosa
    rosalie rose roseline roxane sabah sabine sabrina sacha safia said saida salim salima sally sam samantha sami
    samia samir samira samuel sandra sandrine sandy sara sarah sasha sebastien segolene selena selma serge
    severine sidonie simon simone sofia sofiane solange solene soline sonia sophia sophie soraya stanislas stella
    stephane stephanie steve steven sullivan suzanne suzette sylvain sylvaine sylvia sylviane sylvie tamara tania
    tatiana teddy thais thea theo theodore therese thibault thibaut thierry thomas tiffany timothee tom tony
    tristan ugo ursula valentin valentine valerie vanessa vera veronique vicky victoire victor victoria vincent
    viviane virginie wafa walid warda wendy wilfried william xavier yacine yael yanis yann yannick yasmina yasmine
    yohan yolande youcef youssef yves yvette yvon yvonne zahra zakaria zineb zoe zohra
    """
)

# First names that many families bear: after an unknown word they tell nothing of the order.
SURNAMES_TOO = word_set(
    """
    adam alexandre andre antoine arnaud aubert baptiste barthelemy benoit bernard bertrand charles christophe claude
    clement daniel david denis edouard etienne fabre ferdinand fernand francois gaillard gabriel gautier georges gerard
    gilbert gilles gregoire guillaume guy henri henry herve hubert hugues jacques jean jerome joseph jules julien
    lambert laurent leon louis luc lucas marc marcel marie martin martine mathieu maurice michel nicolas noel olivier
    pascal patrice paul philippe pierre raymond remi remy renard rene richard robert robin roger roland romain samson
    sebastien simon sylvestre theodore thibault thierry thomas valentin victor vincent xavier yves
    """
)
